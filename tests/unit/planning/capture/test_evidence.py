# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two proofs that are required before a VM is marked as generalized."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import backups_in
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture import evidence
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence import Verdict, require_seal, trusted_seal
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence_of.linux import judge_console, read_verdict

from tests.support.capture_values import (
    BACKUPS,
    BOOT_LOG,
    DATA_DISK,
    DEALLOCATED_DISK,
    GENERALIZED,
    OS_DISK,
    SEAL,
    STAMPED,
    STAMPED_VM,
    STOPPED_VM,
    VM_ID,
    backup,
)
from tests.support.fakes import FakeAzure

DISKS = (OS_DISK, DATA_DISK)
GOOD = judge_console(BOOT_LOG, VM_ID)
NO_VERDICT = judge_console("", VM_ID)


def without_lun(snapshot):
    """A snapshot that vm_backup cannot restore."""
    return replace(snapshot, tags={name: value for name, value in snapshot.tags.items() if name != tag.LUN})


def require_backups(vm, disks, snapshots, seal, max_age=24):
    evidence.require_backups(vm, disks, backups_in(snapshots), seal, max_age)


def test_a_stamped_seal_is_trusted_while_the_disk_is_not_used():
    assert trusted_seal(STAMPED_VM, DEALLOCATED_DISK) == STAMPED
    assert require_seal(STAMPED_VM, DEALLOCATED_DISK, NO_VERDICT) == STAMPED


@pytest.mark.parametrize(
    ("vm", "disk"),
    [
        (STAMPED_VM, replace(DEALLOCATED_DISK, ownership_time=parse_time("2026-11-22T12:00:00.000000Z"))),
        (STAMPED_VM, replace(DEALLOCATED_DISK, ownership_time=None)),
        (replace(STAMPED_VM, power="stopped"), DEALLOCATED_DISK),
        (replace(STAMPED_VM, tags={tag.SEAL: SEAL.as_tag()}), DEALLOCATED_DISK),
        (replace(STAMPED_VM, vm_id="ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee"), DEALLOCATED_DISK),
    ],
    ids=["used since", "no time", "not deallocated", "never stamped", "a tag copied from another VM"],
)
def test_a_doubtful_tag_is_not_trusted(vm, disk):
    assert trusted_seal(vm, disk) is None
    with pytest.raises(InvalidRequest, match="not known to be sealed: its boot log holds no verdict"):
        require_seal(vm, disk, NO_VERDICT)


RE_SEALED = Seal.of(VM_ID, "2026-11-22T12:30:00Z")


@pytest.mark.parametrize(
    "disk",
    [replace(DEALLOCATED_DISK, ownership_time=parse_time("2026-11-22T12:00:00.000000Z")), replace(DEALLOCATED_DISK, ownership_time=None)],
    ids=["used since", "no time"],
)
@pytest.mark.parametrize("power", ["stopped", "deallocated"])
def test_an_outdated_stamp_is_not_overruled_by_the_verdict_that_it_came_from(disk, power):
    with pytest.raises(
        InvalidRequest, match="the OS disk may have been used since the seal of 2026-11-22T10:30:00Z: its ownership has changed"
    ):
        require_seal(replace(STAMPED_VM, power=power), disk, GOOD)


def test_a_stamp_that_cannot_be_read_is_not_overruled_by_the_verdict_that_it_came_from():
    value = STAMPED_VM.tags[tag.SEAL].replace("2026-11-22T11", "soon")
    with pytest.raises(InvalidRequest, match="the OS disk may have been used since the seal of 2026-11-22T10:30:00Z"):
        require_seal(replace(STAMPED_VM, tags={tag.SEAL: value}), DEALLOCATED_DISK, GOOD)


def test_a_verdict_is_doubted_if_the_vm_was_started_after_it():
    """A short start leaves no trace in a boot log that lags, but moves the ownership time of the OS disk."""
    started = replace(OS_DISK, ownership_time=parse_time("2026-11-22T10:31:01.000000Z"))
    with pytest.raises(
        InvalidRequest, match="its OS disk changed at 2026-11-22T10:31:01.000000Z, after the verdict of 2026-11-22T10:30:00Z"
    ):
        require_seal(STOPPED_VM, started, GOOD)
    assert require_seal(replace(STOPPED_VM, generalized=True), started, GOOD) == SEAL
    assert require_seal(replace(STOPPED_VM, power="deallocated"), started, GOOD) == SEAL
    clocks_differ = replace(OS_DISK, ownership_time=parse_time("2026-11-22T10:30:59.000000Z"))
    assert require_seal(STOPPED_VM, clocks_differ, GOOD) == SEAL


def test_a_later_verdict_is_a_new_seal():
    used = replace(DEALLOCATED_DISK, ownership_time=parse_time("2026-11-22T12:00:00.000000Z"))
    assert (
        require_seal(replace(STAMPED_VM, power="stopped"), used, judge_console(BOOT_LOG + BOOT_LOG.replace("10:30:00", "12:30:00"), VM_ID))
        == RE_SEALED
    )


def test_a_seal_that_was_kept_and_not_stamped_yet_is_found_again_in_the_log():
    kept = replace(STAMPED_VM, tags={tag.SEAL: SEAL.as_tag()})
    assert require_seal(kept, DEALLOCATED_DISK, GOOD) == SEAL


def test_a_generalized_vm_cannot_have_been_used():
    assert require_seal(GENERALIZED, replace(DEALLOCATED_DISK, ownership_time=None), GOOD) == SEAL


def test_a_verdict_is_not_about_a_disk_that_was_made_after_it():
    swapped = replace(OS_DISK, time_created=parse_time("2026-11-22T10:31:00.000000Z"))
    with pytest.raises(InvalidRequest, match="its OS disk was made at 2026-11-22T10:31:00.000000Z, after the verdict"):
        require_seal(STOPPED_VM, swapped, GOOD)
    assert require_seal(STOPPED_VM, replace(OS_DISK, time_created=parse_time("2026-11-22T09:00:00.000000Z")), GOOD) == SEAL


def test_a_good_verdict_is_enough():
    assert require_seal(STOPPED_VM, OS_DISK, GOOD) == SEAL


def test_without_boot_diagnostics_the_reason_is_named_and_no_log_is_read():
    vm = replace(STOPPED_VM, boot_diagnostics=False)
    azure = FakeAzure(vms=[vm])
    azure.machines.boot_log = lambda vm: pytest.fail("read the boot log")
    with pytest.raises(InvalidRequest, match="boot diagnostics with managed storage are off"):
        require_seal(vm, OS_DISK, read_verdict(azure, vm))


def test_the_boot_log_of_a_vm_is_read():
    assert read_verdict(FakeAzure(vms=[STOPPED_VM], boot_logs={STOPPED_VM.id: BOOT_LOG}), STOPPED_VM) == Verdict(SEAL, state="sealed")


def test_a_backup_of_every_disk_before_the_seal_is_enough():
    require_backups(STOPPED_VM, DISKS, BACKUPS, SEAL)
    require_backups(STOPPED_VM, DISKS, BACKUPS, None)


@pytest.mark.parametrize(
    "backups",
    [
        (),
        BACKUPS[:1],
        (backup(OS_DISK, time=parse_time("2026-11-22T10:30:01.000000Z")), backup(DATA_DISK)),
        (backup(OS_DISK), backup(replace(DATA_DISK, unique_id="u-earlier"))),
        (backup(OS_DISK), backup(DATA_DISK, vm_id="ffffffff")),
        (backup(OS_DISK), backup(DATA_DISK, name="b2")),
        (backup(OS_DISK), replace(backup(DATA_DISK), provisioning_state="Failed")),
        (backup(OS_DISK), replace(backup(DATA_DISK), tags={**backup(DATA_DISK).tags, tag.PURPOSE: "nightly"})),
        (backup(OS_DISK), replace(backup(DATA_DISK), source_unique_id="u-earlier")),
        (backup(OS_DISK), replace(backup(DATA_DISK), time_created=None)),
        (backup(OS_DISK), replace(backup(DATA_DISK), completion_percent=40.0)),
        (backup(OS_DISK), without_lun(backup(DATA_DISK))),
        (backup(OS_DISK), backup(DATA_DISK, time=parse_time("2026-11-21T10:29:59.000000Z"))),
    ],
    ids=[
        "none",
        "one disk missing",
        "after the seal",
        "an earlier disk of that name",
        "another VM",
        "disks in two backups",
        "failed",
        "another purpose",
        "a tag that contradicts the snapshot",
        "no time",
        "still being copied",
        "cannot be restored",
        "too old",
    ],
)
def test_a_backup_that_lacks_something_is_refused(backups):
    with pytest.raises(InvalidRequest, match="no backup of .* from the 24 hours before its seal of 2026-11-22T10:30:00Z: run vm_backup"):
        require_backups(STOPPED_VM, DISKS, backups, SEAL)


def test_without_disks_no_backup_is_enough():
    with pytest.raises(InvalidRequest, match="no backup of all disks"):
        require_backups(STOPPED_VM, (), BACKUPS, SEAL)


def test_an_older_backup_counts_if_the_request_allows_it():
    old = (backup(OS_DISK), backup(DATA_DISK, time=parse_time("2026-11-20T10:00:00.000000Z")))
    require_backups(STOPPED_VM, DISKS, old, SEAL, max_age=72)


def test_without_a_seal_only_a_backup_of_the_deallocated_disks_is_known_to_be_late():
    late = (backup(OS_DISK, time=parse_time("2026-11-22T11:00:01.000000Z")), backup(DATA_DISK))
    require_backups(STOPPED_VM, (DEALLOCATED_DISK, DATA_DISK), late, None)
    require_backups(STAMPED_VM, (DEALLOCATED_DISK, DATA_DISK), BACKUPS, None)
    with pytest.raises(InvalidRequest, match="no backup of disk web1-os: run"):
        require_backups(STAMPED_VM, (DEALLOCATED_DISK, DATA_DISK), late, None)


@pytest.mark.parametrize("lun", ["", "lun0", "x", "\u00b2"])
def test_a_snapshot_that_only_looks_like_a_part_of_a_backup_is_ignored(lun):
    """Anyone may tag a snapshot, and a capture reads all of the subscription's."""
    odd = replace(BACKUPS[0], tags={**BACKUPS[0].tags, tag.LUN: lun})
    assert backups_in([odd]) == ()
