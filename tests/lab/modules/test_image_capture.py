# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_capture against a lab without guests: the seal is assumed, or comes from the tag of the VM."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import machines
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources.machines import Machines
from ansible_collections.goldenimage.azure.plugins.modules import image_capture, image_info, vm_backup

from tests.support.bodies import copy_of, image_of_disk, vm_of_disk
from tests.support.lab_group import LabGroup
from tests.support.running_lab import done
from tests.support.tasks import LabTasks


class Subject:
    """A VM with one data disk at LUN 5, powered off as if by its guest."""

    def __init__(self, lab_group: LabGroup, tasks: LabTasks) -> None:
        self.lab_group, self.tasks = lab_group, tasks
        self.options = {"name": "golden", "vm": "vm", "resource_group": lab_group.name, "sealed": "assume", "backup": "none"}
        os_disk, data = lab_group.os_disk("vm-os"), lab_group.disk("vm-data")
        body = vm_of_disk(os_disk.id, lab_group.subnet())
        body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 5, "createOption": "Attach", "managedDisk": {"id": data.id}}]
        self.vm = done(lab_group.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", body))
        done(lab_group.compute.virtual_machines.begin_power_off(lab_group.name, "vm"))

    def capture(self, **options: Any) -> dict[str, Any]:
        """Run image_capture, which must not fail."""
        return self.tasks(image_capture, **{**self.options, **options})

    def refuses(self, **options: Any) -> str:
        """Run image_capture, which must fail and write nothing, and return its message."""
        with self.tasks.writes() as writes:
            refused = self.tasks.fails(image_capture, **{**self.options, **options})
        assert (writes, refused["changed"], refused["steps"]) == ([], False, [])
        return str(refused["msg"])


@pytest.fixture
def subject(lab_group: LabGroup, tasks: LabTasks) -> Subject:
    return Subject(lab_group, tasks)


STEPS = ["deallocate VM vm", "mark VM vm as generalized", "create image golden from VM vm"]


def test_predict_do_repeat_change(subject: Subject) -> None:
    predicted = subject.capture(check=True)
    with subject.tasks.writes() as writes:
        made = subject.capture()
    assert (made["steps"], predicted["steps"], predicted["diff"]["before"]["image"]) == (STEPS, STEPS, None)
    assert (writes, predicted["image"]) == (["vm.deallocate", "vm.generalize", "image.put"], made["image"])
    assert [disk["lun"] for disk in made["image"]["data_disks"]] == [5]
    origin = {"goldenimage.vm_id": made["vm"]["vm_id"], "goldenimage.vm": made["vm"]["id"]}
    assert made["image"]["tags"] == {**origin, "goldenimage.sealed": "assume"}
    assert made["sealed"] == "assume"
    (found,) = subject.tasks(image_info, resource_group=subject.lab_group.name)["images"]
    assert made["image"].items() <= found.items()

    tagged = subject.tasks.predict_do_repeat(image_capture, **subject.options, tags={"release": "2"})
    assert (tagged["steps"], tagged["image"]["tags"]["release"]) == (["set the tags of image golden"], "2")


def test_an_image_of_the_os_disk_only(subject: Subject) -> None:
    made = subject.capture(disks="os", zone_resilient=False)
    assert made["steps"][-1] == "create image golden from the OS disk of VM vm"
    image = made["image"]
    assert (image["source"], image["os_disk"]["source"], image["data_disks"]) == (None, subject.lab_group.id("disks", "vm-os"), [])
    assert subject.capture(disks="os")["changed"] is False
    assert "holds the data disks at LUN [], not [5]: set recreate" in subject.refuses(disks="all")


def test_check_mode_assumes_that_a_running_vm_will_stop(subject: Subject) -> None:
    done(subject.lab_group.compute.virtual_machines.begin_start(subject.lab_group.name, "vm"))
    predicted = subject.capture(check=True, sealed="verified", backup="require")
    assert "planned as if it had been backed up and sealed and had stopped" in subject.tasks.warnings[0]
    assert len(predicted["steps"]) == 5
    assert "VM vm is still running" in subject.refuses(wait_timeout=3)


def test_without_seal_or_backup_nothing_is_written(subject: Subject) -> None:
    assert "not known to be sealed: its boot log holds no verdict" in subject.refuses(sealed="verified", wait_timeout=8)
    assert "has no backup of disk vm-os: run vm_backup" in subject.refuses(backup="require")


def seal(subject: Subject) -> str:
    """Deallocate the VM and set the tag that an interrupted run leaves."""
    compute, group = subject.lab_group.compute, subject.lab_group.name
    subject.lab_group.stop()
    ownership_time = parse_time(subject.lab_group.properties("disks", "vm-os")["LastOwnershipUpdateTime"])
    kept = Seal.of(subject.lab_group.properties("virtualMachines", "vm")["vmId"].lower(), "2026-11-22T10:30:00Z").stamped(ownership_time)
    done(compute.virtual_machines.begin_update(group, "vm", {"tags": {"goldenimage.seal": kept.as_tag()}}))
    return kept.as_tag()


def test_a_stamped_seal_is_valid_until_the_vm_is_started_again(subject: Subject) -> None:
    seal(subject)
    assert subject.capture(check=True, sealed="verified")["steps"] == STEPS[1:]
    done(subject.lab_group.compute.virtual_machines.begin_start(subject.lab_group.name, "vm"))
    subject.lab_group.stop()
    assert "the OS disk may have been used" in subject.refuses(sealed="verified")


def test_the_boot_log_does_not_seal_a_disk_that_another_vm_has_used(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rescue swap: the OS disk is detached, another VM writes to it, and it is attached again."""
    lab_group, compute = subject.lab_group, subject.lab_group.compute
    seal(subject)
    vm_id = lab_group.properties("virtualMachines", "vm")["vmId"]
    log = f"GOLDENIMAGE-SEAL: OK vmId={vm_id} time=2126-11-22T10:30:00Z\r\n"
    kept = Seal.of(vm_id.lower(), "2126-11-22T10:30:00Z")
    monkeypatch.setattr(Machines, "boot_log", lambda machines, vm: log)
    tags = {"goldenimage.seal": kept.stamped(parse_time(lab_group.properties("disks", "vm-os")["LastOwnershipUpdateTime"])).as_tag()}
    done(compute.virtual_machines.begin_update(lab_group.name, "vm", {"tags": tags}))
    other = lab_group.os_disk("other-os")
    for disk in (other.id, lab_group.id("disks", "vm-os")):
        swap = {"properties": {"storageProfile": {"osDisk": {"createOption": "Attach", "managedDisk": {"id": disk}}}}}
        done(compute.virtual_machines.begin_update(lab_group.name, "vm", swap))
    assert "since the seal of 2126-11-22T10:30:00Z: its ownership has changed" in subject.refuses(sealed="verified")


def test_a_vm_that_is_started_while_it_is_captured_is_left_running(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule starts the VM while its seal is being kept, or right after it was deallocated."""
    lab_group, tag_vm, deallocate = subject.lab_group, Machines.tag, Machines.deallocate
    log = f"GOLDENIMAGE-SEAL: OK vmId={lab_group.properties('virtualMachines', 'vm')['vmId']} time=2126-11-22T10:30:00Z\r\n"
    monkeypatch.setattr(Machines, "boot_log", lambda machines, vm: log)

    def start() -> None:
        done(lab_group.compute.virtual_machines.begin_start(lab_group.name, "vm"))

    monkeypatch.setattr(Machines, "tag", lambda *arguments: (tag_vm(*arguments), start()))
    with subject.tasks.writes() as writes:
        refused = subject.tasks.fails(image_capture, **{**subject.options, "sealed": "verified"})
    assert "VM vm has changed while it was being captured: it is running now." in refused["msg"]
    assert (writes, refused["steps"]) == (["vm.patch", "vm.start"], ["keep the seal of VM vm as a tag"])

    done(lab_group.compute.virtual_machines.begin_power_off(lab_group.name, "vm"))
    monkeypatch.setattr(Machines, "tag", tag_vm)
    monkeypatch.setattr(Machines, "deallocate", lambda *arguments: (deallocate(*arguments), start()))
    with subject.tasks.writes() as writes:
        refused = subject.tasks.fails(image_capture, **subject.options)
    assert "it is running now. It is left as it is." in refused["msg"]
    assert (writes, refused["steps"]) == (["vm.deallocate", "vm.start"], STEPS[:1])


def test_a_missing_resource_group_is_found_before_the_first_write(subject: Subject) -> None:
    vm = {"name": "vm", "resource_group": subject.lab_group.name}
    assert "resource group no-such-group was not found in subscription" in subject.refuses(vm=vm, resource_group="no-such-group")
    assert "resource group no-such-group was not found in subscription" in subject.refuses(
        vm=vm, resource_group="no-such-group", check=True
    )


def test_uncaptured_data_disks_are_deleted_only_with_a_backup_or_waiver(subject: Subject) -> None:
    only = {"disks": "os", "source": "delete", "backup": "require"}
    assert "has no backup of disk vm-os" in subject.refuses(**only)
    subject.capture(disks="os")
    assert "has no backup of disk" in subject.refuses(**only)
    subject.capture(**{**only, "backup": "none"})


def test_a_backup_of_another_name_is_discovered_and_a_copy_of_it_is_not_enough(subject: Subject) -> None:
    lab_group = subject.lab_group
    parts = subject.tasks(vm_backup, vm="vm", resource_group=lab_group.name, name="mine")["backup"]["snapshots"]
    for number, part in enumerate(parts):
        copied = copy_of(part["id"]) | {"tags": part["tags"]}
        done(lab_group.compute.snapshots.begin_create_or_update(lab_group.name, f"copy-{number}", copied))
    assert subject.capture(backup="require", check=True)["steps"] == STEPS
    done(lab_group.compute.snapshots.begin_delete(lab_group.name, parts[1]["name"]))
    assert "has no backup of disk vm-data" in subject.refuses(backup="require")


@pytest.mark.parametrize(("op", "steps_done"), [("vm.deallocate", 0), ("vm.generalize", 1), ("image.put", 2)])
@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
def test_an_interrupted_run_is_repaired_by_the_next(subject: Subject, op: str, steps_done: int, after_effect: bool) -> None:
    with subject.lab_group.lab.fault(
        plane="arm", op=op, status=400, code="Broken", message="An injected fault.", after_effect=after_effect
    ):
        broken = subject.tasks.fails(image_capture, **subject.options)
    assert (broken["code"], broken["steps"], broken["changed"]) == ("Broken", STEPS[:steps_done], steps_done > 0)
    repaired = subject.capture()
    assert repaired["image"]["provisioning_state"] == "Succeeded"
    assert set(repaired["steps"]) <= set(STEPS[steps_done:])
    assert subject.capture()["changed"] is False


def test_a_vm_on_which_azure_works_is_deallocated_once_that_is_done(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "BUSY_PAUSES", (0.05,) * 3)
    with subject.lab_group.lab.fault(plane="arm", op="vm.deallocate", status=409, code="Conflict", message="An extension works.", times=2):
        assert subject.capture()["steps"] == STEPS


def test_a_failed_operation_is_repaired_by_the_next_run(subject: Subject) -> None:
    failure = {"code": "InternalExecutionError", "message": "An internal execution error occurred."}
    with subject.lab_group.lab.fault(plane="arm", op="image.put", fail_operation=failure):
        broken = subject.tasks.fails(image_capture, **subject.options)
    assert broken["msg"] == "could not create image golden: (InternalExecutionError) An internal execution error occurred."
    assert broken["steps"] == STEPS[:2]
    assert subject.capture()["image"]["provisioning_state"] == "Succeeded"


def test_the_source_vm_can_be_deleted(subject: Subject) -> None:
    made = subject.capture(source="delete")
    assert (made["steps"], made["vm"]) == ([*STEPS, "delete VM vm"], None)
    again = subject.capture(source="delete")
    assert (again["changed"], again["image"]) == (False, made["image"])


def test_an_image_of_another_origin_is_replaced_only_with_recreate(subject: Subject) -> None:
    lab_group = subject.lab_group
    body = image_of_disk(lab_group.id("disks", "vm-os"))
    done(lab_group.compute.images.begin_create_or_update(lab_group.name, "golden", body))
    assert "was made from an unknown source, not from VM vm" in subject.refuses()
    made = subject.capture(recreate=True)
    assert made["steps"] == [*STEPS[:2], "delete image golden", STEPS[2]]
    assert subject.capture(recreate=True)["changed"] is False


def test_a_mistyped_vm_fails_and_leaves_the_image_of_another_one_alone(subject: Subject) -> None:
    subject.capture()
    done(subject.lab_group.compute.virtual_machines.begin_delete(subject.lab_group.name, "vm"))
    for options in ({}, {"recreate": True}, {"source": "delete"}, {"tags": {"a": "b"}, "append_tags": False}, {"check": True}):
        refused = subject.refuses(vm="wm", **options)
        assert (
            f"no VM wm in resource group {subject.lab_group.name}, and image golden exists, but was made from VM /subscriptions/" in refused
        )
    assert subject.capture(vm="VM")["changed"] is False


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"vm": "no-such-vm"}, "no VM no-such-vm in resource group"),
        ({"location": "eastus"}, "in westeurope, not in eastus"),
        ({"name": "bad name"}, "is not a valid name for a resource"),
        (
            {"vm": {"name": "vm", "resource_group": "no-such-group"}},
            "resource group no-such-group was not found in subscription",
        ),
        ({"tags": {"a": 1}}, "must be a string"),
    ],
    ids=["no VM", "elsewhere", "bad name", "no group", "bad tag"],
)
def test_invalid_input_is_refused_before_the_first_write(subject: Subject, options: dict[str, Any], text: str) -> None:
    assert text in subject.refuses(**options)
