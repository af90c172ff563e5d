# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replicas of versions: they take time, fail, come back, and are written by several clients; and the switches about that."""

from __future__ import annotations

import pytest
from azlab.faults import LATE

from tests.support.bodies import vm_of_image
from tests.support.gallery_bodies import GALLERIES
from tests.support.gallery_versions import LabVersions, body_of_version, of_disk, of_whole
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import LOCATION, RunningLab
from tests.support.waiting import wait_until

OTHER = "northeurope"
SLOW = {OTHER: 2.0}


@pytest.fixture
def gallery(lab: RunningLab, group: str) -> LabVersions:
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


@pytest.fixture
def storage(lab_group: LabGroup) -> dict[str, object]:
    return of_disk(lab_group.os_disk().id)


def test_a_region_takes_its_time(lab: RunningLab, gallery: LabVersions, storage: dict[str, object]) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    with lab.setting("replication_seconds", SLOW):
        answer = gallery.put(id, body_of_version(storage, [LOCATION, OTHER]))
        wait_until(lambda: gallery.replicas(id) == {LOCATION: "Completed", OTHER: "Replicating"}, "one region is complete", 10)
        shown = gallery.show(id)["properties"]
        assert shown["provisioningState"] == "Creating"
        assert shown["replicationStatus"]["aggregatedState"] == "InProgress"
        assert 0 <= shown["replicationStatus"]["summary"][1]["progress"] < 100
        gallery.done(answer)
    assert gallery.show(id)["properties"]["replicationStatus"]["aggregatedState"] == "Completed"


@pytest.mark.parametrize("early", [False, True])
def test_a_version_is_succeeded_with_its_replicas_or_before(
    lab: RunningLab, gallery: LabVersions, storage: dict[str, object], early: bool
) -> None:
    with lab.setting("replication_seconds", SLOW), lab.switched("early_success", early):
        shown = gallery.create(gallery.image(), storage, regions=[LOCATION, OTHER])["properties"]
    assert shown["provisioningState"] == "Succeeded"
    assert (shown["replicationStatus"]["aggregatedState"] == "InProgress") is early


@pytest.mark.parametrize("stays", [False, True])
def test_a_failed_region_is_retried_at_once_or_after_it_was_removed(
    lab: RunningLab, gallery: LabVersions, storage: dict[str, object], stays: bool
) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    both, one = body_of_version(storage, [LOCATION, OTHER]), body_of_version(storage)
    with lab.switched("failed_region_stays", stays):
        with lab.setting("failing_regions", [OTHER]):
            record = gallery.result(gallery.put(id, both))
        assert record["error"]["code"] == "ValidationError"
        assert f"'{{region:{OTHER}, detail:Failed with internal server error.}}'" in record["error"]["message"]
        assert gallery.show(id)["properties"]["provisioningState"] == "Failed"
        assert gallery.replicas(id) == {LOCATION: "Completed", OTHER: "Failed"}
        assert (gallery.result(gallery.put(id, both))["status"] == "Failed") is stays
        gallery.done(gallery.put(id, one))
        gallery.done(gallery.put(id, both))
    assert gallery.replicas(id) == {LOCATION: "Completed", OTHER: "Completed"}
    assert gallery.show(id)["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize("refuses", [False, True])
def test_two_writers_of_a_new_version(lab: RunningLab, gallery: LabVersions, storage: dict[str, object], refuses: bool) -> None:
    """The last one wins, tags and regions, unless it is refused."""
    id = f"{gallery.image()}/versions/1.0.0"
    with lab.switched("one_writer_while_creating", refuses), lab.setting("replication_seconds", {LOCATION: 4.0}):
        first = gallery.put(id, body_of_version(storage, [LOCATION], tags={"by": "first"}))
        second = gallery.put(id, body_of_version(storage, [LOCATION, OTHER], tags={"by": "second"}))
        assert second.status_code == (409 if refuses else 200)
        gallery.done(first)
        if not refuses:
            gallery.done(second)
    assert gallery.show(id)["tags"] == {"by": "first" if refuses else "second"}
    assert (OTHER in gallery.replicas(id)) is not refuses
    assert set(gallery.replicas(id).values()) == {"Completed"}


@pytest.mark.parametrize("silent", [False, True])
def test_a_writer_with_another_source(lab: RunningLab, gallery: LabVersions, storage: dict[str, object], silent: bool) -> None:
    """It is refused, or changes the tags of a version that keeps its source."""
    id = f"{gallery.image()}/versions/1.0.0"
    gallery.done(gallery.put(id, body_of_version(storage, tags={"by": "first"})))
    other = {"source": {"id": gallery.id.replace("/galleries/", "/images/")}}
    with lab.switched("silent_sources", silent):
        answer = gallery.put(id, body_of_version(other, tags={"by": "second"}))
        assert answer.status_code == (200 if silent else 409)
        if silent:
            gallery.done(answer)
    shown = gallery.show(id)
    assert shown["tags"] == {"by": "second" if silent else "first"}
    assert shown["properties"]["storageProfile"]["osDiskImage"]["source"] == storage["osDiskImage"]["source"]  # type: ignore[index]


def test_a_region_that_is_added_while_a_new_version_is_replicated(
    lab: RunningLab, gallery: LabVersions, storage: dict[str, object]
) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    with lab.setting("replication_seconds", {LOCATION: 2.0}):
        first = gallery.put(id, body_of_version(storage))
        wait_until(lambda: gallery.replicas(id) == {LOCATION: "Replicating"}, "the disks are copied", 10)
        second = gallery.put(id, body_of_version(storage, [LOCATION, OTHER]))
        assert second.json()["properties"]["provisioningState"] == "Creating"
        gallery.done(first)
        gallery.done(second)
    assert gallery.replicas(id) == {LOCATION: "Completed", OTHER: "Completed"}


def test_a_failed_version_without_disks_is_changed_in_vain(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    id, wrong = f"{gallery.image()}/versions/1.0.0", lab_group.os_disk("wrong", hyperVGeneration="V2")
    gallery.result(gallery.put(id, body_of_version(of_disk(wrong.id))))
    answer = lab.arm("PATCH", id, {"tags": {"a": "b"}}, GALLERIES)
    assert gallery.result(answer)["error"]["code"] == "OperationNotAllowed"
    assert gallery.show(id)["properties"]["provisioningState"] == "Failed"
    gallery.done(lab.arm("DELETE", id, version=GALLERIES))


@pytest.mark.parametrize("refuses", [False, True])
def test_a_change_during_a_change(lab: RunningLab, gallery: LabVersions, storage: dict[str, object], refuses: bool) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    gallery.done(gallery.put(id, body_of_version(storage)))
    with lab.switched("no_update_while_replicating", refuses), lab.setting("replication_seconds", SLOW):
        first = gallery.put(id, body_of_version(storage, [LOCATION, OTHER]))
        assert first.json()["properties"]["provisioningState"] == "Updating"
        second = gallery.put(id, body_of_version(storage, [LOCATION, OTHER, "eastus"]))
        assert second.status_code == (409 if refuses else 200)
        gallery.done(first)
        if not refuses:
            gallery.done(second)
    assert ("eastus" in gallery.replicas(id)) is not refuses


@pytest.mark.parametrize("refuses", [False, True])
def test_a_failed_version_is_created_again_or_deleted_first(
    lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, refuses: bool
) -> None:
    id, wrong = f"{gallery.image()}/versions/1.0.0", lab_group.os_disk("wrong", hyperVGeneration="V2")
    assert gallery.result(gallery.put(id, body_of_version(of_disk(wrong.id))))["error"]["code"] == "Conflict"
    right = body_of_version(of_disk(lab_group.os_disk("right").id))
    with lab.switched("failed_version_stays", refuses):
        assert gallery.put(id, right).status_code == (409 if refuses else 201)


@pytest.mark.parametrize("refuses", [False, True])
def test_two_versions_of_one_source(lab: RunningLab, gallery: LabVersions, storage: dict[str, object], refuses: bool) -> None:
    image = gallery.image()
    with lab.switched("one_version_per_source", refuses), lab.fault(method="PUT", path="/versions/1.0.0", operation_delay=1):
        first = gallery.put(f"{image}/versions/1.0.0", body_of_version(storage))
        second = gallery.put(f"{image}/versions/1.0.1", body_of_version(storage))
        assert second.status_code == (409 if refuses else 201)
        assert ("Too many requests on source" in second.text) is refuses
        gallery.done(first)
        gallery.create(image, storage, "1.0.2")


@pytest.mark.parametrize("refuses", [False, True])
def test_a_region_is_removed_from_a_version_that_does_not_say_whether_it_may(
    lab: RunningLab, gallery: LabVersions, storage: dict[str, object], refuses: bool
) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    gallery.done(gallery.put(id, body_of_version(storage, [LOCATION, OTHER])))
    with lab.switched("keep_replicated_regions", refuses):
        assert gallery.put(id, body_of_version(storage)).status_code == (409 if refuses else 200)
        allowed = body_of_version(storage, safetyProfile={"allowDeletionOfReplicatedLocations": True})
        gallery.done(gallery.put(id, allowed))
    assert list(gallery.replicas(id)) == [LOCATION]


@pytest.mark.parametrize("late", [False, True])
def test_a_vm_is_made_as_soon_as_the_replica_is_complete_or_later(
    lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, storage: dict[str, object], late: bool
) -> None:
    version = gallery.create(gallery.image(), storage)
    body = vm_of_image(version["id"], lab_group.subnet())
    with lab.switched("lagging_regions", late):
        answer = lab.arm("PUT", lab_group.id("virtualMachines", "vm"), body)
        assert answer.status_code == (404 if late else 201)
        if late:
            assert answer.json()["error"]["code"] == "GalleryImageNotFound"
            wait_until(lambda: lab.arm("PUT", lab_group.id("virtualMachines", "vm"), body).status_code == 201, "it is there", LATE + 5)


@pytest.mark.parametrize("loose", [False, True])
def test_trusted_launch_takes_a_disk_without_it_or_not(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, loose: bool) -> None:
    disk = lab_group.os_disk(hyperVGeneration="V2")
    image = gallery.image(security="TrustedLaunch", hyperVGeneration="V2")
    put = body_of_version(of_disk(disk.id))
    with lab.switched("loose_security_sources", loose):
        answer = gallery.put(f"{image}/versions/1.0.0", put)
    assert answer.status_code == (201 if loose else 409)


@pytest.mark.parametrize("late", [False, True])
def test_a_new_version_is_listed_at_once_or_later(lab: RunningLab, gallery: LabVersions, storage: dict[str, object], late: bool) -> None:
    image = gallery.image()

    def names() -> list[str]:
        return [each["name"] for each in lab.arm("GET", f"{image}/versions", version=GALLERIES).json()["value"]]

    with lab.switched("late_lists", late):
        gallery.done(gallery.put(f"{image}/versions/1.0.0", body_of_version(storage)))
        assert names() == ([] if late else ["1.0.0"])
        wait_until(lambda: names() == ["1.0.0"], "the version is listed", LATE + 5)


def test_a_version_is_used_while_it_is_replicated_to_one_more_region(
    lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, storage: dict[str, object]
) -> None:
    version = gallery.create(gallery.image(), storage)
    with lab.setting("replication_seconds", {"*": 3.0}):
        change = gallery.put(version["id"], body_of_version(storage, [LOCATION, OTHER]))
        lab_group.put_vm(vm_of_image(version["id"], lab_group.subnet()))
        assert gallery.show(version["id"])["properties"]["provisioningState"] == "Updating"
        gallery.done(change)


def test_a_version_in_a_region_without_a_replica(lab_group: LabGroup, gallery: LabVersions, storage: dict[str, object]) -> None:
    version = gallery.create(gallery.image(), storage)
    body = vm_of_image(version["id"], lab_group.subnet())
    body["location"] = OTHER
    text = f"The gallery image {version['id']} is not available in {OTHER} region. Please contact image owner to replicate to this region"
    refused(lambda: lab_group.put_vm(body), "GalleryImageNotFound", text, 404)


def test_a_source_version_must_have_a_replica_in_the_region(gallery: LabVersions, storage: dict[str, object]) -> None:
    image = gallery.image()
    version = gallery.create(image, storage)
    body = body_of_version(of_whole(version["id"]), [OTHER])
    body["location"] = OTHER
    answer = gallery.put(f"{image}/versions/1.0.1", body)
    assert answer.status_code == 404
    assert "is in the same region as gallery image version being created" in answer.text
