# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_capture from options to result, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.modules import image_capture

from tests.support.capture_values import (
    BACKUPS,
    BOOT_LOG,
    CAPTURED,
    DATA_DISK,
    DEALLOCATED_DISK,
    GENERALIZED,
    OS_DISK,
    RUNNING_VM,
    SEAL,
    STAMPED,
    STAMPED_VM,
    STARTED_AT,
    STOPPED_VM,
    TARGET,
    VM1,
    VM_ID,
)
from tests.support.fakes import DEALLOCATED_AT, FakeAzure
from tests.support.module_runner import ModuleRunner

OPTIONS = {"vm": {"name": "web1", "resource_group": "build"}, "name": "web-1", "resource_group": "images"}
ALL = [
    "keep the seal of VM web1 as a tag",
    "deallocate VM web1",
    "add the ownership time of its OS disk to the seal of VM web1",
    "mark VM web1 as generalized",
    "create image web-1 from VM web1",
]


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(image_capture, monkeypatch)


def sealed(**changes) -> FakeAzure:
    """A VM that was backed up, sealed, and has powered itself off."""
    state = {"vms": [STOPPED_VM], "disks": [OS_DISK, DATA_DISK], "snapshots": BACKUPS, "boot_logs": {VM1: BOOT_LOG}}
    return FakeAzure(**{**state, **changes})


def test_predict_do_repeat(run):
    azure = sealed()
    done = run.predict_do_repeat(azure, **OPTIONS)
    assert done["steps"] == ALL
    assert done["image"] == CAPTURED.as_result()
    assert done["vm"]["generalized"] is True
    assert azure.written == ["tag VM web1", "deallocate VM web1", "tag VM web1", "generalize VM web1", "create image web-1"]
    assert azure.machines.get(VM1).tags == {"owner": "me", tag.SEAL: STAMPED.as_tag()}


def test_check_mode_returns_what_the_run_returns_except_for_the_time_of_the_stamp(run):
    azure = sealed(read_only=True)
    predicted = run(azure, check=True, **OPTIONS)
    azure.read_only = False
    done = run(azure, **OPTIONS)
    assert done["vm"] == azure.machines.get(VM1).as_result()
    predicted["vm"]["tags"][tag.SEAL] = Seal.from_tag(predicted["vm"]["tags"][tag.SEAL], VM_ID).stamped(DEALLOCATED_AT).as_tag()
    keys = ("image", "vm", "steps", "changed")
    assert {key: predicted[key] for key in keys} == {key: done[key] for key in keys}


def test_check_mode_of_a_deallocated_vm_knows_the_stamp(run):
    azure = sealed(vms=[replace(STOPPED_VM, power="deallocated")], disks=[DEALLOCATED_DISK, DATA_DISK])
    predicted = run(azure, check=True, **OPTIONS)
    assert predicted["vm"] == run(azure, **OPTIONS)["vm"]


def test_tags_that_are_set_during_deallocation_are_kept(run):
    azure = sealed()
    deallocate = azure.machines.deallocate

    def slow(vm, confirm):
        deallocate(vm, confirm)
        azure.machines.put(replace(azure.machines.get(vm), tags={**azure.machines.get(vm).tags, "cost": "7"}))

    azure.machines.deallocate = slow
    assert run(azure, **OPTIONS)["vm"]["tags"] == {"owner": "me", "cost": "7", tag.SEAL: STAMPED.as_tag()}


def dealing_late(azure, readings, log=BOOT_LOG):
    """An Azure that sets the ownership time some readings after the deallocation, and whose boot log is then another one."""
    deallocate, find = azure.machines.deallocate, azure.disks.find

    def then_late(vm, confirm):
        deallocate(vm, confirm)
        azure.disks.put(OS_DISK)
        azure.machines.boot_logs = {VM1: log}
        following = iter(range(readings))

        def late(disk):
            if disk == OS_DISK.id and next(following, None) is None:
                azure.disks.put(DEALLOCATED_DISK)
            return find(disk)

        azure.disks.find = late

    azure.machines.deallocate = then_late
    return azure


@pytest.mark.parametrize("log", [BOOT_LOG, ""], ids=["kept", "emptied"])
def test_the_seal_is_stamped_once_azure_has_set_the_ownership_time(run, log):
    azure = dealing_late(sealed(break_at=("generalize VM", Refused("no"))), 5, log)
    assert run(azure, **OPTIONS)["steps"] == ALL[:3]
    assert azure.machines.get(VM1).tags[tag.SEAL] == STAMPED.as_tag()
    azure.break_at = None
    assert run(azure, **OPTIONS)["steps"] == ALL[3:]


def test_a_run_after_one_that_could_not_stamp_the_seal_reads_the_boot_log_again(run):
    azure = dealing_late(sealed(break_at=("generalize VM", Refused("no"))), 20)
    assert run(azure, **OPTIONS)["steps"] == ALL[:3]
    assert azure.machines.get(VM1).tags[tag.SEAL] == SEAL.as_tag()
    azure.break_at = None
    assert run(azure, **OPTIONS)["steps"] == ALL[2:]
    assert azure.machines.get(VM1).tags[tag.SEAL] == STAMPED.as_tag()


@pytest.mark.parametrize(("seal", "interrupted"), [(SEAL, True), (SEAL.stamped(STARTED_AT), False)], ids=["kept", "stamped and void"])
def test_an_empty_boot_log_after_a_run_that_ended_before_the_stamp_has_another_remedy_than_after_a_start(run, seal, interrupted):
    azure = sealed(vms=[replace(STAMPED_VM, tags={tag.SEAL: seal.as_tag()})], disks=[DEALLOCATED_DISK, DATA_DISK], boot_logs={VM1: ""})
    refused = run(azure, **OPTIONS)
    assert "may have been used since the seal of 2026-11-22T10:30:00Z" in refused["msg"]
    assert ("If the VM was not started since then, set sealed: assume" in refused["msg"], azure.written) == (interrupted, [])
    assert run(azure, sealed="assume", **OPTIONS)["steps"] == ALL[3:]


@pytest.mark.parametrize("log", [BOOT_LOG, ""], ids=["kept", "emptied"])
def test_a_vm_whose_ownership_time_is_never_set_is_captured(run, log):
    assert run(dealing_late(sealed(), 10**6, log), **OPTIONS)["steps"] == ALL


def started_after(azure, verb):
    """An operator or a schedule starts the VM right after one of our requests."""
    act = getattr(azure.machines, verb)

    def then_start(*arguments):
        act(*arguments)
        azure.machines.put(replace(azure.machines.get(VM1), power="running"))

    setattr(azure.machines, verb, then_start)


@pytest.mark.parametrize(
    ("verb", "written"), [("tag", ["tag VM web1"]), ("deallocate", ["tag VM web1", "deallocate VM web1", "tag VM web1"])]
)
@pytest.mark.parametrize("source", ["keep", "delete"])
def test_a_vm_that_is_started_meanwhile_is_left_alone(run, verb, written, source):
    azure = sealed()
    started_after(azure, verb)
    result = run(azure, source=source, **OPTIONS)
    assert "VM web1 has changed while it was being captured: it is running now. It is left as it is." in result["msg"]
    assert (result["failed"], result["steps"], azure.written) == (True, ALL[: len(written)], written)


@pytest.mark.parametrize("former", [[], [replace(CAPTURED, tags={tag.VM_ID: "eeeeeeee"})]], ids=["new image", "recreated image"])
def test_no_image_is_made_or_deleted_for_a_vm_of_the_same_name(run, former):
    azure = sealed(images=former)
    generalize = azure.machines.generalize

    def then_replace(vm):
        generalize(vm)
        azure.machines.put(replace(azure.machines.get(VM1), vm_id="ffffffff"))

    azure.machines.generalize = then_replace
    result = run(azure, recreate=True, **OPTIONS)
    assert "it was created again, and has the vmId ffffffff now" in result["msg"]
    assert (result["steps"], azure.written[-1]) == (ALL[:4], "generalize VM web1")


def test_check_mode_takes_an_image_that_is_being_deleted_for_gone(run):
    """A run would wait for the end of the deletion."""
    assert run(sealed(images=[replace(CAPTURED, provisioning_state="Deleting")]), check=True, **OPTIONS)["steps"] == ALL


def test_an_image_that_another_run_has_made_meanwhile_is_not_replaced(run):
    azure = sealed(images=[replace(CAPTURED, tags={tag.VM_ID: "eeeeeeee"})])
    generalize = azure.machines.generalize

    def then_capture(vm):
        generalize(vm)
        azure.images.put(CAPTURED)

    azure.machines.generalize = then_capture
    result = run(azure, recreate=True, **OPTIONS)
    assert result["msg"] == "image web-1 was replaced by another run meanwhile, and is left as it is: run again."
    assert (result["steps"], azure.written[-1]) == (ALL[:4], "generalize VM web1")
    assert run(azure, recreate=True, **OPTIONS)["changed"] is False


def test_a_vm_of_the_same_name_is_not_deleted_in_place_of_the_captured_one(run):
    azure = sealed()
    create = azure.images.create

    def then_replace(*arguments):
        create(*arguments)
        azure.machines.put(replace(azure.machines.get(VM1), vm_id="ffffffff"))

    azure.images.create = then_replace
    result = run(azure, source="delete", **OPTIONS)
    assert "it was created again, and has the vmId ffffffff now" in result["msg"]
    assert "delete VM web1" not in azure.written


def test_a_missing_resource_group_is_refused_before_anything_is_written(run):
    azure = sealed()
    azure.groups.missing = {"images"}
    for check in (True, False):
        result = run(azure, check=check, **OPTIONS)
        assert (result["failed"], result["changed"]) == (True, False)
        where = f"resource group images was not found in subscription {azure.subscription}"
        assert result["msg"] == f"{where}: create it first, or name another one."
    assert azure.writes == []


def test_the_source_is_not_deleted_without_a_backup_of_disks_that_the_image_does_not_hold(run):
    azure = sealed(snapshots=BACKUPS[:1])
    result = run(azure, disks="os", source="delete", **OPTIONS)
    assert "no backup of disk web1-data" in result["msg"]
    assert run(azure, disks="os", **OPTIONS)["changed"] is True
    assert "no backup of disk web1-data" in run(azure, disks="os", source="delete", **OPTIONS)["msg"]
    azure.snapshots.put(BACKUPS[1])
    assert run(azure, disks="os", source="delete", **OPTIONS)["steps"] == ["delete VM web1"]


def test_check_mode_of_a_running_vm_warns(run):
    result = run(sealed(vms=[RUNNING_VM], snapshots=[], boot_logs={}, read_only=True), check=True, **OPTIONS)
    assert result["steps"] == ALL
    assert result["vm"]["vm_id"] == VM_ID
    assert run.warnings == ["VM web1 is running: planned as if it had been backed up and sealed and had stopped."]


def test_diff_shows_the_image_and_the_vm(run):
    result = run(sealed(read_only=True), check=True, **OPTIONS)
    assert result["diff"]["before"] == {"image": None, "vm": STOPPED_VM.as_result()}
    assert result["diff"]["after"]["image"] == CAPTURED.as_result()


@pytest.mark.parametrize(
    ("broken", "done", "rest"),
    [
        ("tag VM", [], ALL),
        ("deallocate VM", ALL[:1], ALL[1:]),
        ("generalize VM", ALL[:3], ALL[3:]),
        ("create image", ALL[:4], ALL[4:]),
    ],
)
def test_a_failed_run_reports_its_steps_and_the_next_one_does_the_rest(run, broken, done, rest):
    azure = sealed(break_at=(broken, Refused("could not: (Boom) no", code="Boom", status=500, request_id="r-1")))
    failed = run(azure, **OPTIONS)
    assert failed["failed"] is True
    assert (failed["changed"], failed["steps"], failed["msg"]) == (bool(done), done, "could not: (Boom) no")
    assert (failed["code"], failed["status"], failed["request_id"]) == ("Boom", 500, "r-1")
    azure.break_at = None
    assert run(azure, **OPTIONS)["steps"] == rest
    assert run(azure, **OPTIONS)["changed"] is False


def test_a_guest_started_again_after_its_seal_was_stamped_is_refused(run):
    used = replace(DEALLOCATED_DISK, ownership_time=parse_time("2026-11-22T12:00:00.000000Z"))
    vm = replace(GENERALIZED, generalized=False)
    result = run(sealed(vms=[vm], disks=[used, DATA_DISK], boot_logs={VM1: BOOT_LOG + "Linux version 6.1\n"}), **OPTIONS)
    assert result["failed"] is True
    assert "its boot log goes on after the verdict" in result["msg"]
    assert "the OS disk may have been used" in result["msg"]


def test_a_boot_log_is_not_read_if_it_is_not_needed(run):
    azure = sealed(vms=[replace(GENERALIZED, generalized=False)], disks=[DEALLOCATED_DISK, DATA_DISK])
    azure.machines.boot_log = lambda vm: pytest.fail("read the boot log")
    assert run(azure, **OPTIONS)["steps"] == ALL[3:]


def test_the_vm_may_be_gone_once_the_image_exists(run):
    assert run(FakeAzure(images=[CAPTURED]), **OPTIONS)["changed"] is False
    gone = run(FakeAzure(), **OPTIONS)
    assert gone["msg"] == "there is no VM web1 in resource group build, and there is no image web-1 yet."
    assert (gone["changed"], gone["steps"]) == (False, [])


def test_a_missing_group_is_named_as_the_reason_for_a_missing_vm(run):
    azure = FakeAzure(read_only=True)
    azure.groups.missing = {"build"}
    gone = run(azure, **OPTIONS)
    where = f"resource group build was not found in subscription {azure.subscription}"
    assert gone["msg"] == f"{where}, so there is no VM web1 in it: check resource_group."
    assert (gone["changed"], gone["steps"]) == (False, [])


def test_a_tag_with_our_prefix_is_left_out_with_a_warning(run):
    azure = sealed()
    done = run(azure, tags={"GoldenImage.vm_id": "x", "release": "1", "goldenimage.seal": "y"}, **OPTIONS)
    assert run.warnings == [
        "tags: GoldenImage.vm_id, goldenimage.seal are ignored, because names that begin with goldenimage. are reserved"
        " for this collection."
    ]
    assert done["image"]["tags"] == {**CAPTURED.tags, "release": "1"}


def test_the_source_is_deleted_if_requested(run):
    azure = sealed()
    result = run(azure, source="delete", **OPTIONS)
    assert result["steps"] == [*ALL, "delete VM web1"]
    assert result["vm"] is None
    assert run(azure, source="delete", **OPTIONS)["changed"] is False


def test_a_vm_that_a_lock_keeps_is_a_warning_once_its_image_exists(run):
    azure = sealed()
    azure.break_at = ("delete VM", Refused("could not delete VM web1: (ScopeLocked) a lock", code="ScopeLocked", status=409))
    result = run(azure, source="delete", **OPTIONS)
    assert (result["failed"], result["steps"], result["vm"]["generalized"]) == (False, ALL, True)
    assert run.warnings[-1].startswith("Could not delete VM web1: (ScopeLocked) a lock. Everything else was done: remove it by hand")
    again = run(azure, source="delete", **OPTIONS)
    assert (again["failed"], again["changed"], again["steps"]) == (False, False, [])


def test_tags_change_without_touching_the_vm(run):
    azure = FakeAzure(images=[CAPTURED])
    done = run.predict_do_repeat(azure, tags={"release": "2"}, **OPTIONS)
    assert done["steps"] == ["set the tags of image web-1"]
    assert azure.images.get(TARGET).tags["release"] == "2"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"name": "web 1"}, "name: 'web 1' is not a valid name"),
        ({"vm": "/subscriptions/x"}, "vm: '/subscriptions/x' is not a resource id"),
        ({"vm": {"nome": "web1", "x": 1}}, "vm: unknown keys nome, x; known are name, resource_group, subscription_id; or id."),
        ({"vm": "web/1"}, "vm: 'web/1' is not a valid name for a resource"),
        ({"vm": f"{VM1}!"}, "vm: 'web1!' is not a valid name for a resource"),
        ({"vm": {"name": "web1", "resource_group": "a/b"}}, "vm: 'a/b' is not a valid name for a resource group"),
        ({"vm": "web1", "resource_group": ""}, "resource_group: must not be empty."),
        ({"resource_group": "images."}, "resource_group: 'images.' is not a valid name for a resource group"),
        ({"wait_timeout": 0}, "wait_timeout: must be at least 1, not 0."),
        ({"wait_timeout": -5}, "wait_timeout: must be at least 1, not -5."),
        ({"tags": {"a": 1}}, "tags: the value of 'a' must be a string"),
        ({"backup_max_age": 10**9}, "backup_max_age: must be between 1 and 8760 hours, not 1000000000"),
        ({"disks": "data"}, "value of disks must be one of: all, os"),
        ({"location": "East US"}, "in westeurope, not in eastus"),
    ],
)
def test_invalid_options_are_refused(run, options, text):
    result = run(sealed(read_only=True), **{**OPTIONS, **options})
    assert result["failed"] is True
    assert text in result["msg"]
