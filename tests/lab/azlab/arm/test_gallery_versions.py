# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of gallery images: what they are made from, what they show, how they change and go."""

from __future__ import annotations

import pytest
from azlab.arm.compute.gallery_versions.state import VersionState
from azlab.storage.blobs import BlobStore
from azlab.store import stored

from tests.support.bodies import image_of_vm, vm_of_disk
from tests.support.gallery_bodies import GALLERIES
from tests.support.gallery_versions import LabVersions, body_of_version, of_disk, of_vm, of_whole
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab, done


@pytest.fixture
def gallery(lab: RunningLab, group: str) -> LabVersions:
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


def blobs_of(lab: RunningLab, id: str) -> dict[str, str]:
    """The keys of a version's blobs, by `os` or LUN."""
    version = stored(lab.settings.state).find(id)
    assert version is not None
    return {lun: disk.key for lun, disk in VersionState.of(version).disks.items()}


def fill(lab: RunningLab, lab_group: LabGroup, disk: str, text: bytes) -> None:
    """Write bytes to the beginning of a disk."""
    found = stored(lab.settings.state).find(lab_group.id("disks", disk))
    assert found is not None
    BlobStore(lab.settings).write(found.hidden["key"], 0, text.ljust(512, b"."))


def test_a_put_answers_as_recorded(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    lab_group.image("source")
    image, source = gallery.image(), lab_group.id("images", "source")
    answer = gallery.put(f"{image}/versions/0.0.4", body_of_version(of_whole(source), ["eastus2", {"name": LOCATION}]), "2020-09-30")
    assert answer.status_code == 201
    assert "/capsOperations/" in answer.headers["azure-asyncoperation"]
    assert "retry-after" in answer.headers
    assert "location" not in answer.headers
    body = answer.json()
    published = body["properties"]["publishingProfile"].pop("publishedDate")
    regions = [
        {"name": "East US 2", "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"},
        {"name": "West Europe", "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"},
    ]
    profile = {"targetRegions": regions, "replicaCount": 1, "excludeFromLatest": False, "storageAccountType": "Standard_LRS"}
    assert published
    assert body == {
        "name": "0.0.4",
        "id": f"{image}/versions/0.0.4",
        "type": "Microsoft.Compute/galleries/images/versions",
        "location": LOCATION,
        "properties": {"publishingProfile": profile, "storageProfile": {"source": {"id": source}}, "provisioningState": "Creating"},
    }
    gallery.done(answer)
    shown = gallery.show(f"{image}/versions/0.0.4", api="2020-09-30")["properties"]
    assert shown["provisioningState"] == "Succeeded"
    assert shown["storageProfile"]["osDiskImage"] == {"source": {}, "sizeInGB": 1, "hostCaching": "None"}
    assert shown["replicationStatus"] == {
        "aggregatedState": "Completed",
        "summary": [
            {"region": "eastus2", "state": "Completed", "progress": 100},
            {"region": LOCATION, "state": "Completed", "progress": 100},
        ],
    }


def test_a_version_holds_copies_of_all_disks_of_a_vm(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    os_disk, data = lab_group.os_disk(), lab_group.disk("data")
    fill(lab, lab_group, "os", b"system")
    fill(lab, lab_group, "data", b"letters")
    entry = {"lun": 3, "createOption": "Attach", "caching": "ReadOnly", "managedDisk": {"id": data.id}}
    body = vm_of_disk(os_disk.id, lab_group.subnet())
    body["properties"]["storageProfile"]["dataDisks"] = [entry]
    vm = lab_group.put_vm(body)
    lab_group.generalize()
    version = gallery.create(gallery.image(), of_vm(vm.id))
    assert version["properties"]["storageProfile"]["dataDiskImages"] == [{"lun": 3, "sizeInGB": 1, "hostCaching": "ReadOnly"}]
    fill(lab, lab_group, "data", b"changed later")
    blobs, store = blobs_of(lab, version["id"]), BlobStore(lab.settings)
    assert store.read(blobs["os"], 0, 6) == b"system"
    assert store.read(blobs["3"], 0, 7) == b"letters"


def test_a_version_is_made_of_disks_and_snapshots(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    os_disk, data = lab_group.os_disk(), lab_group.disk("data")
    fill(lab, lab_group, "os", b"system")
    snapshot = lab_group.snapshot(data.id)
    image = gallery.image()
    version = gallery.create(image, of_disk(os_disk.id, snapshot.id))
    profile = version["properties"]["storageProfile"]
    assert profile["osDiskImage"] == {"source": {"id": os_disk.id}, "sizeInGB": 1, "hostCaching": "None"}
    assert profile["dataDiskImages"] == [{"lun": 0, "sizeInGB": 1, "hostCaching": "None", "source": {"id": snapshot.id}}]
    copy = gallery.create(image, of_whole(version["id"]), "1.0.1")
    assert BlobStore(lab.settings).read(blobs_of(lab, copy["id"])["os"], 0, 6) == b"system"


def test_a_version_is_made_of_a_specialized_vm_that_runs(lab_group: LabGroup, gallery: LabVersions) -> None:
    vm = lab_group.vm()
    version = gallery.create(gallery.image(osState="Specialized"), of_vm(vm.id))
    assert version["properties"]["provisioningState"] == "Succeeded"
    assert "PowerState/running" in lab_group.power()


def test_a_version_is_made_of_a_managed_image_with_its_data_disks(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    vm = lab_group.vm()
    lab_group.generalize()
    source = done(lab.compute.images.begin_create_or_update(lab_group.name, "i", image_of_vm(vm.id)))
    version = gallery.create(gallery.image(), of_whole(source.id))
    assert version["properties"]["storageProfile"]["source"] == {"id": source.id}


def test_a_version_is_shown_with_what_the_request_asks_for(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    id = gallery.create(gallery.image(), of_disk(lab_group.os_disk().id))["id"]
    versions = lab.compute.gallery_image_versions
    assert versions.get(lab_group.name, "g", "i", "1.0.0").replication_status is None
    status = versions.get(lab_group.name, "g", "i", "1.0.0", expand="ReplicationStatus").replication_status
    assert (status.aggregated_state, status.summary[0].progress) == ("Completed", 100)
    assert lab.http.get(id, params={"api-version": GALLERIES, "$expand": "Everything"}).status_code == 400


def test_versions_are_listed_and_deleted_with_their_blobs(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    image, disk = gallery.image(), lab_group.os_disk()
    for name in ("1.0.0", "1.0.1"):
        gallery.create(image, of_disk(disk.id), name)
    listed = lab.arm("GET", f"{image}/versions", version="2024-03-03").json()["value"]
    assert [each["name"] for each in listed] == ["1.0.0", "1.0.1"]
    assert "replicationStatus" not in listed[0]["properties"]
    key = blobs_of(lab, listed[0]["id"])["os"]
    answer = lab.arm("DELETE", listed[0]["id"], version="2024-03-03")
    assert answer.status_code == 202
    assert "/capsOperations/" in answer.headers["location"]
    gallery.done(answer)
    assert lab.arm("GET", listed[0]["id"], version="2024-03-03").status_code == 404
    assert not BlobStore(lab.settings).exists(key)
    assert lab.arm("DELETE", listed[0]["id"], version="2024-03-03").status_code == 204


def test_deleting_the_group_removes_the_blobs_of_its_versions(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    version = gallery.create(gallery.image(), of_disk(lab_group.os_disk().id))
    key = blobs_of(lab, version["id"])["os"]
    assert BlobStore(lab.settings).exists(key)
    lab.client.delete(f"resourceGroups/{lab_group.name}", "2022-12-01")
    assert not BlobStore(lab.settings).exists(key)
