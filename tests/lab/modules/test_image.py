# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image against the lab: Azure stores every option, a second run changes nothing, and another value is refused or replaces the image."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.modules import image, image_capture, image_info, image_upload, vm_backup

from tests.support.bodies import vm_of_disk
from tests.support.disk_files import make_disk, same_bytes
from tests.support.lab_group import LabGroup
from tests.support.option_cases import OptionCase, exercise
from tests.support.options.image import CASES
from tests.support.running_lab import RunningLab, done
from tests.support.tasks import LabTasks

BLOB = "https://vendor.blob.core.windows.net/images/appliance.vhd"
KINDS = {"disks": "disks", "snapshots": "snapshots", "sets": "diskEncryptionSets"}
ASSUMED = {"sealed": "assume", "backup": "none"}


class Subject:
    """An OS disk and a snapshot of a data disk, and the options of an image of them."""

    def __init__(self, lab_group: LabGroup, tasks: LabTasks) -> None:
        self.lab_group, self.tasks = lab_group, tasks
        self.disk = lab_group.os_disk("source", hyperVGeneration="V2")
        self.data = lab_group.snapshot(lab_group.disk("data").id, "data")
        self.options: dict[str, Any] = {
            "resource_group": lab_group.name,
            "name": "golden",
            "os_disk": {"source": {"type": "disk", "name": "source"}},
            **ASSUMED,
        }

    def image(self, **options: Any) -> dict[str, Any]:
        """Run the module, which must not fail."""
        return self.tasks(image, **{**self.options, **options})

    def stored(self, **options: Any) -> dict[str, Any]:
        """The properties that Azure has of an image that is made with some options, and that a second run leaves as it is."""
        made = self.tasks.predict_do_repeat(image, **{**self.options, **options})
        (found,) = self.tasks(image_info, resource_group=self.lab_group.name, name="golden")["images"]
        assert made["image"].items() <= found.items()
        return self.lab_group.properties("images", "golden")

    def refuses(self, **options: Any) -> str:
        """Run the module, which must fail and write nothing, and return its message."""
        with self.tasks.writes() as writes:
            refused = self.tasks.fails(image, **{**self.options, **options})
        assert (writes, refused["changed"], refused["steps"]) == ([], False, [])
        return str(refused["msg"])

    def replaces(self, **options: Any) -> dict[str, Any]:
        """The properties that Azure has of the image that replaces the one that was made before."""
        with self.tasks.writes() as writes:
            made = self.image(**options, recreate=True)
        assert (writes, made["steps"][0]) == (["image.delete", "image.put"], "delete image golden")
        return self.lab_group.properties("images", "golden")


@pytest.fixture
def subject(lab_group: LabGroup, tasks: LabTasks) -> Subject:
    return Subject(lab_group, tasks)


@pytest.fixture
def blob(lab: RunningLab) -> Iterator[str]:
    """A VHD blob outside of the lab."""
    path = lab.settings.state / "outside.json"
    path.write_text(json.dumps({"blobs": {BLOB: {"diskSizeGB": 2}, BLOB.replace("appliance", "data"): {"diskSizeGB": 1}}}))
    yield BLOB
    path.unlink()


def test_create_tag_delete(subject: Subject) -> None:
    with subject.tasks.writes() as writes:
        made = subject.image(tags={"a": "1"})
    assert (writes, made["steps"], made["sealed"]) == (["image.put"], ["create image golden from disk source"], "assume")
    assert made["image"]["os_disk"]["source"] == subject.disk.id
    unique_id = subject.lab_group.properties("disks", "source")["uniqueId"]
    assert made["image"]["tags"] == {"a": "1", "goldenimage.sealed": "assume", "goldenimage.disk": unique_id}
    done(subject.lab_group.compute.disks.begin_delete(subject.lab_group.name, "source"))
    with subject.tasks.writes() as writes:
        tagged = subject.image(tags={"b": "2"})
        assert tagged["image"]["tags"] == {**made["image"]["tags"], "b": "2"}
        replaced = subject.image(tags={"c": "3"}, append_tags=False, os_disk=None)
    assert writes == ["image.patch", "image.patch"]
    assert set(replaced["image"]["tags"]) == {"c", "goldenimage.sealed", "goldenimage.disk"}
    gone = subject.tasks.predict_do_repeat(image, resource_group=subject.lab_group.name, name="golden", state="absent")
    assert (gone["steps"], gone["image"]) == (["delete image golden"], None)
    assert subject.tasks(image, resource_group="no-such-group", name="golden", state="absent")["changed"] is False


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.option)
def test_an_option_is_stored_repeated_and_changed_or_refused(subject: Subject, case: OptionCase) -> None:
    group = subject.lab_group
    group.snapshot(subject.disk.id, "source")
    places = {f"{{{mark}}}": group.id(kind, "").rstrip("/") for mark, kind in KINDS.items()}
    exercise(subject.tasks, image, subject.options, case.filled(places), lambda: group.lab.arm("GET", group.id("images", "golden")))


def test_names_are_compared_without_case(subject: Subject) -> None:
    subject.image()
    assert subject.image(name="GOLDEN", resource_group=subject.lab_group.name.upper())["changed"] is False


def test_an_image_that_differs_is_replaced_on_request(subject: Subject) -> None:
    subject.image()
    source = subject.options["os_disk"]
    disks = [{"lun": 7, "source": {"type": "snapshot", "name": "data"}, "size_gib": 6}]
    storage = subject.replaces(os_disk={**source, "caching": "ReadWrite"}, data_disks=disks, zone_resilient=True)["storageProfile"]
    assert (storage["osDisk"]["caching"], storage["dataDisks"][0]["diskSizeGB"], storage["zoneResilient"]) == ("ReadWrite", 6, True)


def test_a_task_ends_at_its_time_limit(lab: RunningLab, subject: Subject) -> None:
    with lab.fault(plane="arm", op="image.put", times=1, operation_delay=3.0):
        assert "wait_timeout" in subject.tasks.fails(image, **subject.options, wait_timeout=2)["msg"]
    assert subject.image()["changed"] is False


def test_the_source_of_the_os_disk_and_its_forms(subject: Subject) -> None:
    properties = subject.stored()
    assert properties["storageProfile"]["osDisk"]["managedDisk"] == {"id": subject.disk.id}
    for form in (subject.disk.id, {"id": subject.disk.id}, {"type": "disk", "name": "SOURCE", "resource_group": subject.lab_group.name}):
        assert subject.image(os_disk={"source": form})["changed"] is False
    other = subject.lab_group.snapshot(subject.disk.id, "source")
    message = subject.refuses(os_disk={"source": {"type": "snapshot", "name": "source"}})
    assert f"os_disk.source is {subject.disk.id}, not {other.id}, which cannot be changed" in message
    assert "'source' does not say whether it is a disk or a snapshot" in subject.refuses(os_disk={"source": "source"})
    replaced = subject.replaces(os_disk={"source": other.id})
    assert replaced["storageProfile"]["osDisk"]["snapshot"] == {"id": other.id}


def test_a_disk_that_was_made_again_is_another_source(subject: Subject) -> None:
    subject.image()
    done(subject.lab_group.compute.disks.begin_delete(subject.lab_group.name, "source"))
    assert subject.image()["changed"] is False
    subject.lab_group.os_disk("source", hyperVGeneration="V2")
    assert "the unique id of os_disk.source is" in subject.refuses()
    subject.replaces()
    assert subject.image()["changed"] is False


def test_the_luns_and_sources_of_data_disks(subject: Subject) -> None:
    second = subject.lab_group.disk("second")
    disks = [{"lun": 9, "source": second.id}, {"lun": 2, "source": {"type": "snapshot", "name": "data"}}]
    properties = subject.stored(data_disks=disks)["storageProfile"]["dataDisks"]
    assert [(each["lun"], "snapshot" in each) for each in properties] == [(2, True), (9, False)]
    assert subject.image(data_disks=disks[::-1])["changed"] is False
    assert "the list of LUNs in data_disks is [2, 9], not []" in subject.refuses()
    assert "the list of LUNs in data_disks is [2, 9], not [2, 8]" in subject.refuses(data_disks=[{"lun": 8, "source": second.id}, disks[1]])
    swapped = [{**disks[0], "lun": 2}, {**disks[1], "lun": 9}]
    assert f"data_disks[0].source is {subject.data.id}, not {second.id}" in subject.refuses(data_disks=swapped)


def test_location_type_and_generation_come_from_the_source(subject: Subject) -> None:
    same = {"location": "West Europe", "os_type": "Linux", "hyper_v_generation": "V2"}
    properties = subject.stored(**same)
    assert (properties["hyperVGeneration"], properties["storageProfile"]["osDisk"]["osType"]) == ("V2", "Linux")
    assert subject.image()["changed"] is False
    message = subject.refuses(location="northeurope", os_type="Windows", hyper_v_generation="V1")
    assert "location is westeurope, not northeurope; os_type is Linux, not Windows; hyper_v_generation is V2, not V1" in message
    assert "disk source is in westeurope, not in northeurope" in subject.refuses(name="other", location="northeurope")
    assert "disk source has os_type Linux, not Windows" in subject.refuses(name="other", os_type="Windows")
    assert "disk source has hyper_v_generation V2, not V1" in subject.refuses(name="other", hyper_v_generation="V1")


def test_an_empty_string_counts_as_omitted(subject: Subject) -> None:
    plain = subject.stored()
    empty = {"location": "", "os_type": "", "hyper_v_generation": ""}
    disk = {"source": subject.disk.id, "caching": "", "storage_account_type": "", "disk_encryption_set": ""}
    assert not subject.image(**empty, os_disk=disk)["changed"]
    subject.image(state="absent")
    assert subject.stored(**empty, os_disk=disk) == plain


def test_an_image_of_blobs(subject: Subject, blob: str) -> None:
    options = {
        "os_disk": {"source": blob},
        "data_disks": [{"lun": 0, "source": blob.replace("appliance", "data")}],
        "hyper_v_generation": "V1",
        "sealed": "verified",
        "backup": "require",
    }
    assert "Azure does not say which operating system blob" in subject.refuses(**options)
    storage = subject.stored(**options, os_type="Windows", location="westeurope")["storageProfile"]
    assert (storage["osDisk"]["blobUri"], storage["osDisk"]["osType"]) == (blob, "Windows")
    assert "os_type is Windows, not Linux" in subject.refuses(**options, os_type="Linux")


def test_an_image_is_kept_if_azure_cannot_make_its_successor(subject: Subject, blob: str) -> None:
    made = subject.image()["image"]
    of_blob = {"os_type": "Linux", "hyper_v_generation": "V2", "recreate": True}
    with subject.tasks.writes() as writes:
        refused = subject.tasks.fails(image, **{**subject.options, **of_blob, "os_disk": {"source": f"{blob[:-4]}x.vhd"}})
    assert "Unable to find VHD blob" in refused["msg"]
    assert writes == ["image.put"]
    assert subject.image()["image"] == made
    with subject.tasks.writes() as writes:
        done = subject.image(**of_blob, os_disk={"source": blob})
    assert writes == ["image.put", "image.delete", "image.delete", "image.put"]
    assert done["steps"][0].endswith("-trial from blob https://vendor.blob.core.windows.net/images/appliance.vhd as a trial")
    assert [each["name"] for each in subject.tasks(image_info, resource_group=subject.lab_group.name)["images"]] == ["golden"]


def test_the_trial_of_an_interrupted_run_is_removed(lab: RunningLab, subject: Subject, blob: str) -> None:
    subject.image()
    options = {"os_type": "Linux", "hyper_v_generation": "V2", "recreate": True, "os_disk": {"source": blob}}
    with lab.fault(plane="arm", op="image.delete", times=1, status=409):
        assert subject.tasks.fails(image, **{**subject.options, **options})["steps"][0].startswith("create image golden-")
    with subject.tasks.writes() as writes:
        subject.image(**options)
    assert writes == ["image.delete", "image.put", "image.delete", "image.delete", "image.put"]
    assert [each["name"] for each in subject.tasks(image_info, resource_group=subject.lab_group.name)["images"]] == ["golden"]


def test_an_uploaded_disk_becomes_an_image_with_its_bytes(lab: RunningLab, tasks: LabTasks, group: str, tmp_path: Path) -> None:
    file = make_disk(tmp_path / "source.raw")
    upload = {"resource_group": group, "name": "first", "path": str(file), "keep_disk": True, "disk": "kept"}
    tasks(image_upload, **upload)
    made = tasks.predict_do_repeat(image, resource_group=group, name="second", os_disk={"source": {"type": "disk", "name": "kept"}})
    assert made["sealed"] is None
    assert same_bytes(lab, made["image"]["id"], file)


class SealedVm:
    """A VM that is backed up, sealed and deallocated, with the tag that an interrupted capture leaves."""

    def __init__(self, lab_group: LabGroup, tasks: LabTasks) -> None:
        self.lab_group = lab_group
        done_vm = lab_group.put_vm(vm_of_disk(lab_group.os_disk("web-os").id, lab_group.subnet()), "web")
        done(lab_group.compute.virtual_machines.begin_power_off(lab_group.name, "web"))
        tasks(vm_backup, resource_group=lab_group.name, vm="web")
        lab_group.stop("web")
        stamp = parse_time(lab_group.properties("disks", "web-os")["LastOwnershipUpdateTime"])
        sealed_at = (stamp or datetime.now(timezone.utc)) - timedelta(milliseconds=1)
        self.vm_id = str(done_vm.vm_id).lower()
        seal = Seal.of(self.vm_id, sealed_at.strftime("%Y-%m-%dT%H:%M:%SZ")).stamped(stamp)
        self.tag({"goldenimage.seal": seal.as_tag()})

    def tag(self, tags: dict[str, str]) -> None:
        """Set the tags of the VM."""
        done(self.lab_group.compute.virtual_machines.begin_update(self.lab_group.name, "web", {"tags": tags}))


@pytest.fixture
def sealed_vm(lab_group: LabGroup, tasks: LabTasks) -> SealedVm:
    return SealedVm(lab_group, tasks)


OF_VM = {"name": "golden", "os_disk": {"source": {"type": "disk", "name": "web-os"}}, "backup": "none"}


def test_the_disk_of_a_sealed_vm(sealed_vm: SealedVm, tasks: LabTasks, lab_group: LabGroup) -> None:
    options = {**OF_VM, "resource_group": lab_group.name}
    made = tasks.predict_do_repeat(image, **options)
    assert (made["sealed"], made["image"]["tags"]["goldenimage.vm_id"]) == ("verified", sealed_vm.vm_id)
    assert lab_group.properties("virtualMachines", "web")["provisioningState"] == "Succeeded"
    later = lab_group.snapshot(lab_group.id("disks", "web-os"), "later")
    made = tasks(image, **{**options, "name": "of-snapshot", "os_disk": {"source": later.id}})
    assert (made["sealed"], made["image"]["source"]) == ("verified", None)


def test_the_disk_of_a_vm_without_evidence(sealed_vm: SealedVm, tasks: LabTasks, lab_group: LabGroup) -> None:
    options = {**OF_VM, "resource_group": lab_group.name}
    sealed_vm.tag({})
    with tasks.writes() as writes:
        assert "is not known to be sealed" in tasks.fails(image, **options)["msg"]
        early = next(each.id for each in lab_group.compute.snapshots.list_by_resource_group(lab_group.name))
        refused = tasks.fails(image, **{**options, "os_disk": {"source": early}})
    assert (writes, "is not known to be sealed" in refused["msg"]) == ([], True)
    assert tasks(image, **{**options, "sealed": "assume"})["sealed"] == "assume"


def test_the_age_of_the_backup(sealed_vm: SealedVm, tasks: LabTasks, lab_group: LabGroup) -> None:
    options = {**OF_VM, "resource_group": lab_group.name, "backup": "require"}
    assert "backup_max_age" in tasks.fails(image, **options, backup_max_age=0)["msg"]
    for each in lab_group.compute.snapshots.list_by_resource_group(lab_group.name):
        done(lab_group.compute.snapshots.begin_delete(lab_group.name, each.name))
    assert "has no backup of disk web-os from the 7 hours before" in tasks.fails(image, **options, backup_max_age=7)["msg"]


def test_a_disk_of_a_running_vm_is_refused(subject: Subject) -> None:
    subject.lab_group.vm()
    options = {"os_disk": {"source": {"type": "disk", "name": "vm-os"}}}
    assert "disk vm-os is attached to VM vm, which is running" in subject.refuses(**options)
    subject.lab_group.stop()
    assert subject.image(**options)["changed"] is True


def test_a_vm_is_refused(subject: Subject) -> None:
    vm = subject.lab_group.vm()
    assert "by image_capture only" in subject.refuses(os_disk={"source": vm.id})


def test_what_azure_would_refuse_is_refused_before(subject: Subject) -> None:
    group = subject.lab_group
    large = group.os_disk("large", size=4)
    assert "size_gib must be at least 4, not 3" in subject.refuses(os_disk={"source": large.id, "size_gib": 3})
    trusted = group.os_disk("trusted", hyperVGeneration="V2", securityProfile={"securityType": "TrustedLaunch"})
    assert "'Creation of managed images are not supported" in subject.refuses(os_disk={"source": trusted.id})
    arm = group.os_disk("arm", hyperVGeneration="V2", supportedCapabilities={"architecture": "Arm64"})
    assert "is for Arm64 machines" in subject.refuses(os_disk={"source": arm.id})
    assert "there is no disk missing" in subject.refuses(os_disk={"source": {"type": "disk", "name": "missing"}})
    assert "was not found" in subject.refuses(resource_group="no-such-group", os_disk={"source": subject.disk.id})


def test_an_image_that_a_capture_made_is_another_image(subject: Subject) -> None:
    group = subject.lab_group
    group.vm()
    group.stop()
    subject.tasks(image_capture, resource_group=group.name, name="golden", vm="vm", **ASSUMED)
    message = subject.refuses()
    assert "its source is /subscriptions/" in message
    assert subject.image(os_disk=None, tags={"a": "1"})["steps"] == ["set the tags of image golden"]


def test_a_failed_image_is_made_again(lab: RunningLab, subject: Subject) -> None:
    with lab.fault(plane="arm", op="image.put", times=1, fail_operation={"code": "Broken", "message": "It broke."}):
        assert subject.tasks.fails(image, **subject.options)["code"] == "Broken"
    assert subject.lab_group.properties("images", "golden")["provisioningState"] == "Failed"
    assert subject.image()["image"]["provisioning_state"] == "Succeeded"
