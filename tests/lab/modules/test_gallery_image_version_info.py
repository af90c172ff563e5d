# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image_version_info against the lab."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version_info

from tests.support.gallery_versions import LabVersions, of_whole
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks


@pytest.fixture
def wanted(lab: RunningLab, group: str, lab_group: LabGroup) -> dict[str, Any]:
    """The options of a task, and three versions of an image definition."""
    LabVersions(lab, group).made()
    hub = LabVersions(lab, group)
    image = hub.image()
    lab_group.image("source")
    for version in ("1.10.0", "1.9.0", "2.0.0"):
        hub.create(image, of_whole(lab_group.id("images", "source")), version, profile={"storageAccountType": "Standard_ZRS"})
    return {"resource_group": group, "gallery": hub.name, "gallery_image": "i"}


def test_versions_are_listed_by_number_with_their_replicas(tasks: LabTasks, wanted: dict[str, Any]) -> None:
    found = tasks(gallery_image_version_info, **wanted)["gallery_image_versions"]
    assert [each["name"] for each in found] == ["1.9.0", "1.10.0", "2.0.0"]
    assert found[0]["replication_status"]["summary"][0]["state"] == "Completed"
    assert found[0]["publishing_profile"]["storage_account_type"] == "Standard_ZRS"
    assert found[0]["storage_profile"]["os_disk_image"]["size_in_gb"] == 1
    (one,) = tasks(gallery_image_version_info, **wanted, version="1.10.0")["gallery_image_versions"]
    assert one == found[1]


def test_nothing_is_an_empty_list(tasks: LabTasks, wanted: dict[str, Any]) -> None:
    for gone in ({"version": "3.0.0"}, {"gallery_image": "gone"}, {"gallery": "gone"}, {"resource_group": "gone"}):
        assert tasks(gallery_image_version_info, **{**wanted, **gone})["gallery_image_versions"] == []
