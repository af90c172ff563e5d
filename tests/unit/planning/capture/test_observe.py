# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Observing reads exactly what planning needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence import UNREAD, Verdict
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.observe import Needs, Observed, needs, observe

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
)
from tests.support.fakes import FakeAzure

ANOTHER = replace(CAPTURED, tags={tag.VM_ID: "ffffffff"})
OS_ONLY = replace(REQUEST, os_only=True)
LAST_COPY = replace(OS_ONLY, delete_source=True)
OS_IMAGE = replace(CAPTURED, data_disks=())
EVERYTHING = Needs(True, (OS_DISK_ID, DATA_DISK_ID), seal=True, backups=True)
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
    (REQUEST, {}, [*READ_VM, "boot log web1", "snapshots"]),
    (REQUEST, {"vms": [STAMPED_VM], "disks": [DEALLOCATED_DISK, DATA_DISK]}, [*READ_VM, "snapshots"]),
    (replace(REQUEST, assume_sealed=True, backup_required=False), {}, READ_VM),
    (REQUEST, {"images": [CAPTURED]}, READ_VM[:2]),
    (REQUEST, {"vms": []}, READ_VM[:2]),
    (REQUEST, {"vms": [replace(STOPPED_VM, os_disk=replace(STOPPED_VM.os_disk, disk=None))]}, READ_VM[:2]),
    (LAST_COPY, {"images": [OS_IMAGE]}, [*READ_VM, "snapshots"]),
], ids=["sealed", "seal kept", "no evidence", "done", "VM gone", "unmanaged disk", "done, data disks deleted"])  # fmt: skip
@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_else_is_read(request_, changes, reads, check_mode):
    azure = azure_with(**changes)
    observe(azure, request_, check_mode)
    assert azure.reads == reads


def test_the_evidence_is_observed():
    seen = observe(azure_with(), REQUEST, check_mode=False)
    assert (seen.vm, seen.disks, seen.verdict) == (STOPPED_VM, (OS_DISK, DATA_DISK), Verdict(SEAL))
    assert [backup.snapshots for backup in seen.backups] == [BACKUPS]


def test_a_running_vm_is_read_again_with_its_disks_once_it_has_stopped():
    azure = azure_with(vms=[RUNNING_VM])
    observe(azure, REQUEST, check_mode=True)
    assert azure.reads == [*READ_VM, "snapshots"]
    azure.reads.clear()
    seen = observe(azure, REQUEST, check_mode=False, refuse=lambda seen: azure.machines.put(STOPPED_VM) and None)
    assert azure.reads == [*READ_VM, *READ_VM[1:], "boot log web1", "snapshots"]
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
