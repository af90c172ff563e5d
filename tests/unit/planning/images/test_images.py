# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of a list, and their order."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import IMAGE, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.listed_image import ListedImage
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.plan import chosen
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.request import ListRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.sources.managed import listed


def image(name: str, group: str = "g", **tags: str) -> ListedImage:
    return listed(Image(ResourceId.of(IMAGE, group, name, subscription="s"), "westeurope", tags=tags))


def names(request: ListRequest, *images: ListedImage) -> list[str]:
    return [f"{each.resource_group}/{each.name}" for each in chosen(request, images)]


def test_numbers_sort_by_value_and_groups_come_first():
    images = [image("web-10"), image("Web-9"), image("web"), image("10"), image("9"), image("a", "g2"), image("a", "g10"), image("web-9-1")]
    assert names(ListRequest(), *images) == ["g/9", "g/10", "g/web", "g/Web-9", "g/web-9-1", "g/web-10", "g2/a", "g10/a"]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["g/a", "g/b", "h/a"]),
        ({"name": "A"}, ["g/a", "h/a"]),
        ({"name": ""}, ["g/a", "g/b", "h/a"]),
        ({"resource_group": "G"}, ["g/a", "g/b"]),
        ({"tags": ["ROLE"]}, ["g/a", "g/b"]),
        ({"tags": ["role:web"]}, ["g/a"]),
        ({"tags": ["role:WEB"]}, []),
        ({"tags": ["role=web"]}, ["g/a"]),
        ({"tags": ["url:a=b", "when=a:b"]}, ["h/a"]),
        ({"tags": ["role", "empty:"]}, ["g/b"]),
        ({"name": "nothing"}, []),
    ],
)
def test_filters_go_together(params, found):
    images = (image("a", role="web"), image("b", role="db", empty=""), image("a", "h", url="a=b", when="a:b"))
    assert names(ListRequest.from_params(params), *images) == found


@pytest.mark.parametrize("params", [{"tags": [":x"]}, {"tags": [""]}, {"limit": 0}])
def test_an_invalid_filter_is_refused(params):
    with pytest.raises(InvalidRequest):
        ListRequest.from_params(params)
