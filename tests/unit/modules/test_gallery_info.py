# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_info from options to result, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY
from ansible_collections.goldenimage.azure.plugins.modules import gallery_info

from tests.support.fakes import FakeAzure
from tests.support.gallery_values import FULL_GALLERY
from tests.support.ids import an_id
from tests.support.module_runner import ModuleRunner

GALLERIES = [replace(FULL_GALLERY, id=an_id(GALLERY, group, name)) for group, name in (("b", "hub"), ("a", "hub10"), ("a", "hub9"))]


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(gallery_info, monkeypatch)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["hub9", "hub10", "hub"]),
        ({"name": "HUB"}, ["hub"]),
        ({"resource_group": "A"}, ["hub9", "hub10"]),
        ({"resource_group": "a", "name": "hub10"}, ["hub10"]),
        ({"resource_group": "a", "name": "hub"}, []),
        ({"resource_group": "", "name": ""}, ["hub9", "hub10", "hub"]),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_galleries_are_chosen_and_sorted(run, options, names, check):
    result = run(FakeAzure(galleries=GALLERIES, read_only=True), check=check, **options)
    assert [each["name"] for each in result["galleries"]] == names
    assert result["changed"] is False
    assert run.warnings == []


def test_each_gallery_is_read_with_whom_it_is_shared(run, monkeypatch):
    azure, asked = FakeAzure(galleries=GALLERIES), []
    read = azure.galleries.read
    monkeypatch.setattr(azure.galleries, "read", lambda id, **query: asked.append((id.name, query)) or read(id))
    run(azure, resource_group="a")
    assert sorted(asked) == [(name, {"$expand": "SharingProfile/Groups"}) for name in ("hub10", "hub9")]


def test_a_gallery_that_is_deleted_meanwhile_is_left_out(run, monkeypatch):
    azure = FakeAzure(galleries=GALLERIES)
    listed = azure.galleries.list("a")
    azure.galleries.delete(listed[0].id)
    monkeypatch.setattr(azure.galleries, "list", lambda group=None: listed)
    assert [each["name"] for each in run(azure, resource_group="a")["galleries"]] == ["hub9"]


def test_a_missing_group_gives_an_empty_list_and_a_warning(run):
    azure = FakeAzure()
    azure.groups.missing = {"nogroup"}
    assert run(azure, resource_group="nogroup")["galleries"] == []
    assert run.warnings == [f"The list is empty: resource group nogroup was not found in subscription {azure.subscription}."]


def test_bad_names_are_refused(run):
    assert run(FakeAzure(), name="my-gallery")["msg"].startswith("name: 'my-gallery' is not a valid name for a gallery")
    assert run(FakeAzure(), resource_group="a/b")["msg"].startswith("resource_group: 'a/b' is not a valid name")
