# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image of a new VM is named by anything that a list of images returns; a dictionary with another key gets one sentence."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import IMAGE, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.reference import parse_image

MANAGED = ResourceId.of(IMAGE, "build", "web", subscription="s")
VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0"
COMMUNITY, SHARED = "/CommunityGalleries/x/Images/y/Versions/1.0.0", "/SharedGalleries/x/Images/y"
MARKET = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2"}
ROW = {"id": None, "name": "12-gen2", "version": "0.1.2", "reference": "Debian:debian-12:12-gen2:0.1.2", "origin": "marketplace"}


@pytest.mark.parametrize(
    ("value", "other"),
    [
        (VERSION, VERSION),
        ({"id": VERSION}, VERSION),
        ({"id": VERSION, "name": "1.0.0", "version": "1.0.0"}, VERSION),
        (f" {COMMUNITY}/ ", COMMUNITY),
        ({"community_gallery_image_id": COMMUNITY}, COMMUNITY),
        ({"shared_gallery_image_id": SHARED, "id": None}, SHARED),
        (MARKET, "Debian:debian-12:12-gen2:latest"),
        ({**MARKET, "version": ""}, "Debian:debian-12:12-gen2:latest"),
        ({**MARKET, "version": "0.1.2"}, "Debian:debian-12:12-gen2:0.1.2"),
        (ROW, "Debian:debian-12:12-gen2:0.1.2"),
    ],
)
def test_other_images(value: Any, other: str) -> None:
    assert parse_image(value, "build") == (None, other)


@pytest.mark.parametrize(
    "value", ["web", {"name": "web"}, {"name": "web", "resource_group": "build", "version": None}, {"reference": str(MANAGED), "name": "x"}]
)
def test_managed_images(value: Any) -> None:
    image, other = parse_image(value, "build")
    assert (image and image.within("s"), other) == (MANAGED, None)


@pytest.mark.parametrize("group", ["galleries", "team-galleries"])
def test_a_managed_image_may_be_in_a_group_with_any_name(group: str) -> None:
    managed = ResourceId.of(IMAGE, group, "web", subscription="s")
    assert parse_image(str(managed), "build") == parse_image({"id": str(managed).lower()}, "build") == (managed, None)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({**MARKET, "skus": "x"}, "image: unknown key skus; known are publisher, offer, sku, version"),
        ({"publisher": "Debian", "offer": "debian-12"}, "image: the dictionary of a Marketplace image has no sku"),
        ({**MARKET, "offer": "a/b"}, "image: offer: 'a/b' is not a name of the Marketplace"),
        ({"images": "web"}, "image: unknown key images: give id; or name and resource_group; or publisher"),
        ({"name": "web", "gallery": "g"}, "a name stands for a managed image"),
        ({"community_gallery_image_id": SHARED}, "community_gallery_image_id must begin with /CommunityGalleries/"),
        ({"community_gallery_image_id": COMMUNITY, "name": "x"}, "image: unknown key name; known are community_gallery_image_id"),
        ({"community_gallery_image_id": "/CommunityGalleries/x"}, "is not the id of an image in a gallery"),
        ({"id": ""}, "image: the dictionary has no name"),
    ],
)
def test_a_dictionary_that_names_no_image_is_refused(value: Any, sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_image(value, "build")
    assert sentence in refused.value.message
