# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image_info against the lab."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_info

from tests.support.gallery_bodies import features
from tests.support.lab_gallery import LabGallery
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks


@pytest.fixture
def hub(lab: RunningLab, group: str) -> LabGallery:
    """A gallery with two definitions."""
    made = LabGallery(lab, group).made()
    made.definition("web10", features=features(IsHibernateSupported="True"), recommended={"vCPUs": {"min": 2}})
    made.definition("web9")
    return made


def names(result: dict[str, Any]) -> list[str]:
    return [each["name"] for each in result["gallery_images"]]


def test_definitions_are_listed_by_gallery_and_name(tasks: LabTasks, hub: LabGallery) -> None:
    assert names(tasks(gallery_image_info, gallery=hub.id)) == ["web9", "web10"]
    assert names(tasks(gallery_image_info, gallery="g", resource_group=hub.group, name="WEB9")) == ["web9"]


def test_a_definition_has_every_property(tasks: LabTasks, hub: LabGallery) -> None:
    (found,) = tasks(gallery_image_info, gallery=hub.id, name="web10")["gallery_images"]
    assert found["features"] == [{"name": "IsHibernateSupported", "value": "True"}]
    assert found["recommended"] == {"v_cpus": {"min": 2}}
    assert (found["gallery"], found["os_state"], found["hyper_v_generation"]) == ("g", "Generalized", "V1")
    assert found["identifier"] == {"publisher": "p", "offer": "o", "sku": "sku-web10"}


def test_what_does_not_exist_gives_an_empty_list(tasks: LabTasks, hub: LabGallery) -> None:
    assert tasks(gallery_image_info, gallery=hub.id, name="nothing")["gallery_images"] == []
    assert tasks.warnings == []
    assert tasks(gallery_image_info, gallery="nothing", resource_group=hub.group)["gallery_images"] == []
    assert tasks.warnings == [f"The list is empty: there is no gallery nothing in resource group {hub.group}."]
    assert tasks(gallery_image_info, gallery="g", resource_group="no-such-group")["gallery_images"] == []
    assert "resource group no-such-group was not found" in tasks.warnings[0]


@pytest.mark.parametrize("options", [{}, {"name": "web9"}])
def test_a_refusal_is_not_an_empty_list(lab: RunningLab, tasks: LabTasks, hub: LabGallery, options: dict[str, str]) -> None:
    with lab.fault(plane="arm", method="GET", path="/images", status=403, code="AuthorizationFailed", message="no"):
        assert "AuthorizationFailed" in tasks.fails(gallery_image_info, gallery=hub.id, **options)["msg"]


def test_reading_writes_nothing(tasks: LabTasks, hub: LabGallery) -> None:
    with tasks.writes() as writes:
        assert tasks(gallery_image_info, gallery=hub.id)["changed"] is False
    assert writes == []
