# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of galleries, image definitions and versions."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.names import gallery_id, image_id, version_id

from tests.support.ids import an_id

HUB = an_id(GALLERY, "g", "hub")


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "7.9.2201041542", "snapshot", "1.0.0.0", "01.0.0", "1.0.-1", "1.0.0\n", "", "١.0.0"])
def test_a_version_is_three_numbers_that_azure_can_store(version):
    with pytest.raises(InvalidRequest, match="^version: "):
        version_id(HUB, version)


def test_the_largest_version_is_accepted():
    assert version_id(HUB, "0.10.2147483647").name == "0.10.2147483647"


@pytest.mark.parametrize("name", ["my-gallery", "a b", "_hub", "hub.", "x" * 81])
def test_a_gallery_has_stricter_names_than_other_resources(name):
    with pytest.raises(InvalidRequest, match="^gallery: "):
        gallery_id(name, "g")


def test_an_image_definition_is_found_in_the_gallery_of_another_subscription():
    image = image_id({"gallery": {"name": "hub", "resource_group": "shared", "subscription_id": "11"}, "gallery_image": "web-1"}, "g")
    assert str(image) == "/subscriptions/11/resourceGroups/shared/providers/Microsoft.Compute/galleries/hub/images/web-1"
