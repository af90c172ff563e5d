# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observing reads exactly what planning needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import MarketplaceVersion, Sku
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence import (
    FAILED,
    NOT_NEEDED,
    SEALED,
    SEALING,
    SILENT,
    UNAVAILABLE,
    UNREAD,
    Verdict,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.observe import Needs, Observed, needs

from tests.support.capture_values import (
    BACKUPS,
    BOOT_LOG,
    CAPTURED,
    DATA_DISK,
    DATA_DISK_ID,
    DEALLOCATED_DISK,
    OS_DISK,
    OS_DISK_ID,
    REQUEST,
    RUNNING_VM,
    SEAL,
    STAMPED_VM,
    STOPPED_VM,
    TARGET,
    VM1,
    observe,
)
from tests.support.fakes import FakeAzure

ANOTHER = replace(CAPTURED, tags={tag.VM_ID: "ffffffff"})
OS_ONLY = replace(REQUEST, os_only=True)
LAST_COPY = replace(OS_ONLY, delete_source=True)
OS_IMAGE = replace(CAPTURED, data_disks=())
EVERYTHING = Needs(True, (OS_DISK_ID, DATA_DISK_ID), seal=True, backups=True)
BY_ID = ["snapshot web1-before-generalize-aaaaaaaa-os"] * 2
LISTED = [*BY_ID, "snapshots", "snapshot web1-b1-aaaaaaaa-os", "snapshot web1-b1-aaaaaaaa-lun5", "snapshot web1-b1-aaaaaaaa-os-2"]
READ_VM = ["image web-1", "VM web1", "disk web1-os", "disk web1-data"]


@pytest.mark.parametrize(("request_", "image", "vm", "expected"), [
    (REQUEST, None, STOPPED_VM, EVERYTHING),
    (REQUEST, ANOTHER, STOPPED_VM, EVERYTHING),
    (REQUEST, None, None, Needs(True)),
    (REQUEST, CAPTURED, STOPPED_VM, Needs(False)),
    (REQUEST, CAPTURED, None, Needs(False)),
    (replace(REQUEST, assume_sealed=True), None, STOPPED_VM, EVERYTHING._replace(seal=False)),
    (replace(REQUEST, backup_required=False), None, STOPPED_VM, EVERYTHING._replace(backups=False)),
    (OS_ONLY, None, STOPPED_VM, EVERYTHING._replace(disks=(OS_DISK_ID,))),
    (LAST_COPY, None, STOPPED_VM, EVERYTHING),
    (LAST_COPY, OS_IMAGE, STOPPED_VM, Needs(False, (OS_DISK_ID, DATA_DISK_ID), backups=True)),
    (replace(LAST_COPY, backup_required=False), OS_IMAGE, STOPPED_VM, Needs(False)),
    (LAST_COPY, OS_IMAGE, replace(STOPPED_VM, data_disks=()), Needs(False)),
], ids=[
    "new image", "other image", "no VM", "done", "done, VM gone", "seal assumed", "backup waived", "OS disk only", "data disks deleted",
    "done, data disks deleted", "done, data disks deleted, backup waived", "done, no data disks",
])  # fmt: skip
def test_the_image_and_the_vm_decide_what_is_needed(request_, image, vm, expected):
    assert needs(request_, image, vm) == expected


def azure_with(**changes) -> FakeAzure:
    state = {"vms": [STOPPED_VM], "disks": [OS_DISK, DATA_DISK], "snapshots": BACKUPS, "boot_logs": {VM1: BOOT_LOG}}
    return FakeAzure(**{**state, **changes})


@pytest.mark.parametrize(("request_", "changes", "reads"), [
    (REQUEST, {}, [*READ_VM, "boot log web1", *LISTED]),
    (REQUEST, {"vms": [STAMPED_VM], "disks": [DEALLOCATED_DISK, DATA_DISK]}, [*READ_VM, *LISTED]),
    (replace(REQUEST, assume_sealed=True, backup_required=False), {}, READ_VM),
    (REQUEST, {"images": [CAPTURED]}, READ_VM[:2]),
    (REQUEST, {"vms": []}, READ_VM[:2]),
    (REQUEST, {"vms": [replace(STOPPED_VM, os_disk=replace(STOPPED_VM.os_disk, disk=None))]}, READ_VM[:2]),
    (LAST_COPY, {"images": [OS_IMAGE]}, [*READ_VM, *LISTED]),
], ids=["sealed", "seal kept", "no evidence", "done", "VM gone", "unmanaged disk", "done, data disks deleted"])  # fmt: skip
@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_else_is_read(request_, changes, reads, check_mode):
    azure = azure_with(**changes)
    observe(azure, request_, check_mode)
    assert azure.reads == reads


def test_the_evidence_is_observed():
    seen = observe(azure_with(), REQUEST, check_mode=False)
    assert (seen.vm, seen.disks, seen.verdict) == (STOPPED_VM, (OS_DISK, DATA_DISK), Verdict(SEAL, state=SEALED))
    assert [backup.snapshots for backup in seen.backups] == [BACKUPS]


def test_a_running_vm_is_read_again_with_its_disks_once_it_has_stopped():
    azure = azure_with(vms=[RUNNING_VM])
    observe(azure, REQUEST, check_mode=True)
    assert azure.reads == [*READ_VM, "boot log web1", *BY_ID[:1]]
    azure.reads.clear()
    seen = observe(azure, REQUEST, check_mode=False, refuse=lambda seen: azure.machines.put(STOPPED_VM) and None)
    assert azure.reads == [*READ_VM, *READ_VM[1:], "boot log web1", *LISTED]
    assert seen.vm == STOPPED_VM


def test_a_refusal_ends_the_observation_before_the_guest_has_stopped():
    class Refused(Exception):
        pass

    def refuse(seen: Observed) -> None:
        assert (seen.vm, seen.disks, seen.verdict, seen.backups) == (RUNNING_VM, (OS_DISK, DATA_DISK), UNREAD, ())
        raise Refused

    azure = azure_with(vms=[RUNNING_VM])
    with pytest.raises(Refused):
        observe(azure, REQUEST, check_mode=False, refuse=refuse)
    assert azure.reads == READ_VM


def test_rights_are_read_where_the_capture_needs_any_and_not_in_a_missing_group():
    azure = azure_with()
    assert observe(azure, REQUEST, check_mode=False).without_group == frozenset()
    assert azure.permissions.asked == ["resource group build", "VM web1", "resource group images"]
    azure.groups.missing, azure.permissions.asked = {"images"}, []
    assert observe(azure, REQUEST, check_mode=False).without_group == {TARGET}
    assert azure.permissions.asked == ["resource group build", "VM web1"]


def test_nothing_is_asked_about_rights_if_nothing_is_captured():
    azure = azure_with(images=[CAPTURED])
    assert observe(azure, REQUEST, check_mode=False).clock_offset is None
    assert azure.permissions.asked == []


STEP = "goldenimage-seal: 10:29:10 remove_traces\r\n"
FAIL = f"web1 login: \r\nGOLDENIMAGE-SEAL: FAIL vmId={RUNNING_VM.vm_id} time=2026-11-22T10:30:00Z reason=check: no\r\n"
OLD_FAIL = FAIL.replace("10:30", "09:10").replace("check: no", "check: earlier")


def hearing(azure: FakeAzure, *logs: str | Exception, stops: bool = False) -> FakeAzure:
    """An Azure with a running VM whose boot log becomes these in turn. If it ``stops``, it does so before the last one."""
    azure.machines.patience = 3600.0
    azure.machines.put(RUNNING_VM)
    following = list(logs)

    def boot_log(vm):
        azure.reads.append("boot log web1")
        log = following.pop(0) if len(following) > 1 else following[0]
        if len(following) == 1 and stops:
            azure.machines.put(STOPPED_VM)
        if isinstance(log, Exception):
            raise log
        return log

    azure.machines.boot_log = boot_log
    return azure


@pytest.mark.parametrize(
    ("logs", "readings"),
    [
        (["", STEP, FAIL], 3),
        (["", FAIL], 2),
        ([FAIL], 6),
        ([OLD_FAIL, FAIL], 2),
        ([OLD_FAIL, OLD_FAIL, OLD_FAIL + STEP, OLD_FAIL + STEP + FAIL], 4),
        ([Refused("no blob yet", status=409), "", FAIL], 3),
        ([OLD_FAIL, Refused("busy"), OLD_FAIL, OLD_FAIL + STEP, FAIL], 5),
    ],
    ids=["refused", "at once", "from the beginning", "again", "after an earlier one", "no log yet", "a reading fails"],
)
def test_a_refusal_on_the_console_ends_the_wait(logs, readings):
    azure = hearing(azure_with(), *logs)
    seen = observe(azure, REQUEST, check_mode=False)
    assert (seen.vm, seen.verdict.state, seen.verdict.reason) == (RUNNING_VM, FAILED, "the finalizer refused: check: no")
    assert azure.reads.count("boot log web1") == readings


def test_an_earlier_refusal_does_not_end_the_wait_for_the_next_attempt():
    azure = hearing(azure_with(), *[OLD_FAIL] * 5, *[OLD_FAIL + STEP] * 50, OLD_FAIL + STEP + BOOT_LOG, stops=True)
    seen = observe(azure, REQUEST, check_mode=False)
    assert (seen.vm, seen.verdict) == (STOPPED_VM, Verdict(SEAL, state=SEALED))


def test_the_console_is_not_listened_to_if_the_seal_is_assumed():
    azure = azure_with(vms=[RUNNING_VM])
    seen = observe(azure, replace(REQUEST, assume_sealed=True), check_mode=False)
    assert (seen.verdict, azure.reads) == (UNREAD, [*READ_VM, *READ_VM[1:], *BY_ID[:1]])


def test_a_missing_right_to_read_the_boot_log_is_reported_before_the_guest_is_waited_for():
    azure = hearing(azure_with(), Denied("could not read the boot log of VM web1: (AuthorizationFailed) no"))
    for check_mode in (True, False):
        with pytest.raises(Denied, match="AuthorizationFailed"):
            observe(azure, REQUEST, check_mode)


@pytest.mark.parametrize(
    ("log", "state"),
    [("", SILENT), ("web1 login: ", SILENT), (STEP, SEALING), (FAIL, FAILED), (BOOT_LOG, SEALED), (Refused("no blob"), UNAVAILABLE)],
    ids=["empty", "booted", "sealing", "failed", "sealed", "unavailable"],
)
def test_check_mode_says_what_the_console_of_a_running_guest_says(log, state):
    azure = hearing(azure_with(), log)
    assert observe(azure, REQUEST, check_mode=True).verdict.state == state
    assert azure.reads.count("boot log web1") == 1


def test_a_console_without_boot_diagnostics_is_unavailable():
    off = azure_with(vms=[replace(RUNNING_VM, boot_diagnostics=False)])
    assert observe(off, REQUEST, check_mode=True).verdict.state == UNAVAILABLE
    assert "boot log web1" not in off.reads


def test_a_kept_seal_counts_as_one_on_the_console():
    azure = azure_with(vms=[STAMPED_VM], disks=[DEALLOCATED_DISK, DATA_DISK])
    assert observe(azure, REQUEST, check_mode=True).verdict == NOT_NEEDED


@pytest.mark.parametrize("late", ["", STEP, STEP + BOOT_LOG[:90]], ids=["empty", "sealing", "cut off"])
def test_a_boot_log_that_lags_behind_a_stopped_guest_is_read_again(late):
    azure = hearing(azure_with(), late, late, late, STEP + BOOT_LOG)
    azure.machines.put(STOPPED_VM)
    assert observe(azure, REQUEST, check_mode=True).verdict.seal is None
    assert observe(azure, REQUEST, check_mode=False).verdict.seal == SEAL


@pytest.mark.parametrize(
    ("vm", "log", "readings"),
    [
        (STOPPED_VM, "", 7),
        (STOPPED_VM, BOOT_LOG + "Linux version 6.1", 1),
        (STOPPED_VM, FAIL, 1),
        (replace(STOPPED_VM, power="deallocated"), "", 1),
    ],
    ids=["silent", "started", "refused", "deallocated long ago"],
)
def test_a_boot_log_that_stays_without_a_verdict_is_not_read_for_ever(vm, log, readings):
    azure = azure_with(vms=[vm], boot_logs={VM1: log})
    assert observe(azure, REQUEST, check_mode=False).verdict.seal is None
    assert azure.reads.count("boot log web1") == readings


PLAN = {"publisher": "p", "product": "o", "name": "n"}
DEPRECATED = {"plan": PLAN, "imageDeprecationStatus": {"imageState": "Deprecated"}}


@pytest.mark.parametrize(
    ("plan", "state"), [(PLAN, "Deprecated"), ({**PLAN, "name": "x"}, "NotOffered"), ({"name": "n"}, None), (None, None)]
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_the_state_of_the_plan_is_read_if_the_vm_has_one(plan, state, check_mode):
    azure = azure_with(vms=[replace(STOPPED_VM, plan=plan)])
    azure.marketplace.known = [MarketplaceVersion(Sku("p", "o", "n"), "1.0.0", "westeurope", DEPRECATED)]
    seen = observe(azure, REQUEST, check_mode)
    assert (seen.plan_state or {}).get("state") == state
    assert any(read.startswith("versions of") for read in azure.reads) is (state is not None)
