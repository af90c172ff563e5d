# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image_info from options to result, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_info

from tests.support.fakes import FakeAzure
from tests.support.gallery_values import DEFINITION, FULL_IMAGE, HUB, PRIVATE
from tests.support.ids import an_id
from tests.support.module_runner import ModuleRunner

OTHER = an_id(GALLERY, "images", "other")
IMAGES = [
    FULL_IMAGE,
    *(replace(DEFINITION, id=HUB.child(GALLERY_IMAGE, name)) for name in ("db10", "db9")),
    replace(DEFINITION, id=OTHER.child(GALLERY_IMAGE, "web")),
]


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(gallery_image_info, monkeypatch)


@pytest.mark.parametrize(
    ("options", "names"),
    [({}, ["db9", "db10", "web"]), ({"name": "DB9"}, ["db9"]), ({"name": "x"}, []), ({"name": ""}, ["db9", "db10", "web"])],
)
@pytest.mark.parametrize("check", [False, True])
def test_definitions_are_chosen_and_sorted(run, options, names, check):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=IMAGES, read_only=True)
    result = run(azure, check=check, gallery=str(HUB), **options)
    assert [each["name"] for each in result["gallery_images"]] == names
    assert run.warnings == []


def test_a_definition_is_the_same_as_the_other_module_returns(run):
    azure = FakeAzure(galleries=[PRIVATE], gallery_images=IMAGES)
    assert run(azure, gallery="hub", resource_group="images", name="web")["gallery_images"] == [FULL_IMAGE.as_result()]


def test_an_empty_list_names_what_is_missing(run):
    azure = FakeAzure(galleries=[replace(PRIVATE, id=OTHER)])
    assert run(azure, gallery="other", resource_group="images")["gallery_images"] == []
    assert run.warnings == []
    assert run(azure, gallery="hub", resource_group="images")["gallery_images"] == []
    assert run.warnings == ["The list is empty: there is no gallery hub in resource group images."]
    azure.groups.missing = {"nogroup"}
    assert run(azure, gallery="hub", resource_group="nogroup")["gallery_images"] == []
    assert run.warnings[1:] == [f"The list is empty: resource group nogroup was not found in subscription {azure.subscription}."]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"gallery": "hub"}, "gallery: 'hub' needs a resource_group."),
        ({"gallery": "my-gallery", "resource_group": "images"}, "gallery: 'my-gallery' is not a valid name for a gallery"),
        ({"gallery": str(HUB), "name": "a/b"}, "name: 'a/b' is not a valid name"),
        ({"gallery": ""}, "gallery: must not be empty."),
    ],
)
def test_bad_names_are_refused(run, options, text):
    assert text in run(FakeAzure(), **options)["msg"]
