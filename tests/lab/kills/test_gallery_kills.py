# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that are published and VMs that are captured into a gallery, killed at each write: the next run completes the work.

The image definition takes neither disks nor VMs, so that a managed image is made on the way: nothing of it may stay behind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version, image_capture
from azlab.storage.blobs import BlobStore

from tests.support.bodies import vm_of_disk
from tests.support.disk_files import page_blobs
from tests.support.gallery_versions import LabVersions
from tests.support.killed_runs import AFTER, BEFORE, DURING
from tests.support.lab_group import LabGroup
from tests.support.module_runs import ModuleRun
from tests.support.running_lab import LOCATION, MIB, RunningLab, done
from tests.support.tasks import LabTasks
from tests.support.waiting import wait_until

SUPPORTED = {"security": "TrustedLaunchSupported", "hyperVGeneration": "V2"}
OTHER = "northeurope"
REGIONS = [{"name": LOCATION}, {"name": OTHER}]
UNPROVEN = {"sealed": "assume", "backup": "none"}
MARKER = b"marker of a disk".ljust(512, b".")

ROAD = [(op, moment) for op in ("image.put", "gallery_version.put", "image.delete") for moment in (BEFORE, AFTER, DURING)]
REPLACED = [(op, moment) for op in ("gallery_version.delete", "image.put") for moment in (BEFORE, AFTER, DURING)]
PURGE = [(skip, moment) for skip in (0, 1) for moment in (BEFORE, AFTER, DURING)]
CAPTURE = [
    *((op, moment) for op in ("gallery.put", "gallery_image.put", "vm.deallocate") for moment in (BEFORE, AFTER, DURING)),
    *(("vm.generalize", moment) for moment in (BEFORE, AFTER)),
    *ROAD,
    *(("vm.delete", moment) for moment in (BEFORE, AFTER, DURING)),
]


class Left:
    """The resources that the runs of a test leave in its resource group and gallery."""

    def __init__(self, lab: RunningLab, lab_group: LabGroup) -> None:
        self.lab, self.group = lab, lab_group
        self.hub = LabVersions(lab, lab_group.name)

    def disk(self, name: str, offset: int = MIB, **more: Any) -> str:
        """Create a disk with a marker."""
        disk = str(self.group.disk(name, **more).id)
        BlobStore(self.lab.settings).write(page_blobs(self.lab, disk)["os"], offset, MARKER)
        return disk

    def require(self, images: dict[str, int], disks: dict[str, int]) -> None:
        """Check that the versions are complete, hold the markers at these offsets in these regions, and that nothing else is left."""
        # The last change of a killed run may still be going on: it is as requested, and all replicas are complete.
        wait_until(lambda: self._states() == dict.fromkeys(images, "Succeeded"), "the versions are not as they should be", 20)
        for version in self._versions():
            safety = version["properties"]["safetyProfile"]
            assert safety["allowDeletionOfReplicatedLocations"] is False
            keys = page_blobs(self.lab, version["id"])
            for lun, offset in disks.items():
                assert BlobStore(self.lab.settings).read(keys[lun], offset, len(MARKER)) == MARKER
            replicas = self.hub.replicas(version["id"])
            assert (len(replicas), set(replicas.values())) == (images[version["name"]], {"Completed"})
        assert [each.name for each in self.group.compute.images.list_by_resource_group(self.group.name)] == []

    def _versions(self) -> list[dict[str, Any]]:
        return list(self.lab.arm("GET", f"{self.hub.id}/images/i/versions", version=self.hub.version).json()["value"])

    def _states(self) -> dict[str, str]:
        return {each["name"]: each["properties"]["provisioningState"] for each in self._versions()}


@pytest.fixture
def left(lab: RunningLab, lab_group: LabGroup) -> Left:
    return Left(lab, lab_group)


@pytest.fixture
def published(left: Left) -> dict[str, Any]:
    """The options of a task that publishes two disks, which the definition does not take."""
    left.hub.made()
    left.hub.image(**SUPPORTED)
    left.disk("os", osType="Linux", hyperVGeneration="V2")
    left.disk("data", 2 * MIB)
    source = {"os_disk": {"disk": "os"}, "data_disks": [{"lun": 3, "disk": "data"}]}
    place = {"resource_group": left.group.name, "gallery": "g", "gallery_image": "i"}
    return {**place, "source": source, "target_regions": REGIONS, **UNPROVEN}


DISKS = {"os": MIB, "3": 2 * MIB}


@pytest.mark.parametrize(("op", "moment"), ROAD, ids=[f"{op} {moment}" for op, moment in ROAD])
def test_a_killed_publication_is_completed_by_the_next_run(
    lab: RunningLab, tasks: LabTasks, left: Left, published: dict[str, Any], tmp_path: Path, op: str, moment: str
) -> None:
    ModuleRun(lab, tmp_path, "gallery_image_version", **published).kill_at(op, moment, path=left.group.name)
    tasks(gallery_image_version, **published)
    left.require({"1.0.0": 2}, DISKS)
    assert tasks(gallery_image_version, **published)["changed"] is False


@pytest.mark.parametrize(("op", "moment"), REPLACED, ids=[f"{op} {moment}" for op, moment in REPLACED])
def test_a_killed_replacement_of_a_version_is_completed_by_the_next_run(
    lab: RunningLab, tasks: LabTasks, left: Left, published: dict[str, Any], tmp_path: Path, op: str, moment: str
) -> None:
    options = {**published, "version": "1.0.0", "recreate": True}
    left.disk("old", 3 * MIB, osType="Linux", hyperVGeneration="V2")
    tasks(gallery_image_version, **{**options, "source": {"os_disk": {"disk": "old"}}})
    ModuleRun(lab, tmp_path, "gallery_image_version", **options).kill_at(op, moment, path=left.group.name)
    tasks(gallery_image_version, **options)
    left.require({"1.0.0": 2}, DISKS)
    assert tasks(gallery_image_version, **options)["changed"] is False


@pytest.mark.parametrize(("skip", "moment"), PURGE, ids=[f"PUT {skip + 1} {moment}" for skip, moment in PURGE])
def test_a_killed_purge_of_regions_is_completed_by_the_next_run(
    lab: RunningLab, tasks: LabTasks, left: Left, published: dict[str, Any], tmp_path: Path, skip: int, moment: str
) -> None:
    tasks(gallery_image_version, **published)
    options = {**published, "target_regions": REGIONS[:1], "purge_target_regions": True}
    ModuleRun(lab, tmp_path, "gallery_image_version", **options).kill_at("gallery_version.put", moment, path=left.group.name, skip=skip)
    tasks(gallery_image_version, **options)
    left.require({"1.0.0": 1}, DISKS)
    assert tasks(gallery_image_version, **options)["changed"] is False


@pytest.mark.parametrize(("op", "moment"), CAPTURE, ids=[f"{op} {moment}" for op, moment in CAPTURE])
def test_a_killed_capture_into_a_gallery_is_completed_by_the_next_run(
    lab: RunningLab, tasks: LabTasks, left: Left, tmp_path: Path, op: str, moment: str
) -> None:
    os_disk, data = left.disk("vm-os", osType="Linux", hyperVGeneration="V2"), left.disk("vm-data", 2 * MIB)
    body = vm_of_disk(os_disk, left.group.subnet())
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 3, "createOption": "Attach", "managedDisk": {"id": data}}]
    left.group.put_vm(body)
    done(left.group.compute.virtual_machines.begin_power_off(left.group.name, "vm"))
    new = {"gallery": "g", "gallery_image": "i", "create_gallery": True, "create_gallery_image": True}
    target = {**new, "security_type": SUPPORTED["security"], "target_regions": REGIONS}
    options = {"vm": "vm", "resource_group": left.group.name, **UNPROVEN, "source": "delete", "gallery_image_version": target}
    ModuleRun(lab, tmp_path, "image_capture", **options).kill_at(op, moment, path=left.group.name)
    tasks(image_capture, **options)
    left.require({"1.0.0": 2}, DISKS)
    assert list(left.group.compute.virtual_machines.list(left.group.name)) == []
    assert tasks(image_capture, **options)["changed"] is False
