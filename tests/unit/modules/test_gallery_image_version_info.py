# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image_version_info: always a list, sorted by number, with the replication and every property."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version_info

from tests.support.fakes import FakeAzure
from tests.support.ids import an_id
from tests.support.module_runner import ModuleRunner

WEB = an_id(GALLERY, "g", "hub").child(GALLERY_IMAGE, "web")
OPTIONS = {"resource_group": "g", "gallery": "hub", "gallery_image": "web"}


def version(number):
    properties = {"publishingProfile": {"targetRegions": [{"name": "West Europe"}]}, "newThing": {"aB": 1}}
    return GalleryImageVersion(WEB.child(GALLERY_IMAGE_VERSION, number), "westeurope", properties=properties)


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(gallery_image_version_info, monkeypatch)


def test_versions_are_sorted_by_number(run):
    known = FakeAzure(gallery_image_versions=map(version, ("1.10.0", "1.9.0", "1.0.0")), read_only=True)
    assert [each["name"] for each in run(known, **OPTIONS)["gallery_image_versions"]] == ["1.0.0", "1.9.0", "1.10.0"]


def test_one_version_is_a_list_too(run):
    known = FakeAzure(gallery_image_versions=map(version, ("1.1.0", "1.0.0")), read_only=True)
    found = run(known, **OPTIONS, version="1.0.0")["gallery_image_versions"]
    assert [each["name"] for each in found] == ["1.0.0"]
    assert found[0]["new_thing"] == {"a_b": 1}


@pytest.mark.parametrize("version", [None, "1.0.0"])
def test_nothing_is_an_empty_list(run, version):
    assert run(FakeAzure(read_only=True), **OPTIONS, version=version)["gallery_image_versions"] == []
