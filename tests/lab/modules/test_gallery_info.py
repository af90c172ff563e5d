# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_info against the lab."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery_info

from tests.support.lab_gallery import LabGallery
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks


def names(result: dict[str, Any]) -> list[str]:
    return [each["name"] for each in result["galleries"]]


@pytest.fixture
def galleries(lab: RunningLab, group: str) -> str:
    """Two galleries in a group, of which one is for everybody."""
    LabGallery(lab, group, "hub10").made("Community")
    LabGallery(lab, group, "hub9").made(description="nine")
    return group


def test_galleries_are_listed_by_group_name_and_subscription(tasks: LabTasks, galleries: str) -> None:
    assert names(tasks(gallery_info, resource_group=galleries)) == ["hub9", "hub10"]
    assert names(tasks(gallery_info, resource_group=galleries, name="HUB9")) == ["hub9"]
    assert galleries in {each["resource_group"] for each in tasks(gallery_info)["galleries"]}
    assert galleries in {each["resource_group"] for each in tasks(gallery_info, name="Hub10")["galleries"]}


def test_a_gallery_has_every_property(tasks: LabTasks, galleries: str) -> None:
    nine, ten = tasks(gallery_info, resource_group=galleries)["galleries"]
    assert (nine["description"], nine["sharing_profile"]) == ("nine", {"permissions": "Private", "groups": []})
    assert ten["sharing_profile"]["permissions"] == "Community"
    assert len(ten["sharing_profile"]["community_gallery_info"]["public_names"]) == 1
    assert ten["identifier"]["unique_name"].endswith("-HUB10")


def test_what_does_not_exist_gives_an_empty_list(tasks: LabTasks, group: str) -> None:
    assert tasks(gallery_info, resource_group=group)["galleries"] == []
    assert tasks(gallery_info, resource_group=group, name="nothing")["galleries"] == []
    assert tasks.warnings == []
    assert tasks(gallery_info, resource_group="no-such-group")["galleries"] == []
    assert "resource group no-such-group was not found" in tasks.warnings[0]


@pytest.mark.parametrize("options", [{}, {"name": "hub9"}])
def test_a_refusal_is_not_an_empty_list(lab: RunningLab, tasks: LabTasks, galleries: str, options: dict[str, str]) -> None:
    with lab.fault(plane="arm", method="GET", path="/galleries", status=403, code="AuthorizationFailed", message="no"):
        assert "AuthorizationFailed" in tasks.fails(gallery_info, resource_group=galleries, **options)["msg"]


def test_reading_writes_nothing(tasks: LabTasks, galleries: str) -> None:
    with tasks.writes() as writes:
        assert tasks(gallery_info, check=True)["changed"] is False
    assert writes == []
