# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backing up: which snapshots are missing, and what must not be touched."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest, Missing, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.provisioning import FAILED
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import AttachedDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.plan import plan_backup
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.snapshot import DeleteSnapshot, TagSnapshot, TakeSnapshot

from tests.support.backups import BACKUP_ID, DATA_SNAPSHOT, NOW, OS_SNAPSHOT, REQUEST, SNAPSHOTS, TAKE_DATA, TAKE_OS, in_backup
from tests.support.capture_values import DATA_DISK, OS_DISK, RUNNING_VM, VM1, VM_ID

DISKS = (OS_DISK, DATA_DISK)
SEEN = Observed(vm=RUNNING_VM, disks=DISKS)


def plan(request=REQUEST, **changes):
    return plan_backup(request, replace(SEEN, **changes), NOW)


@pytest.mark.parametrize(("snapshots", "steps"), [
    ((), (TAKE_OS, TAKE_DATA)),
    ((OS_SNAPSHOT,), (TAKE_DATA,)),
    ((DATA_SNAPSHOT,), (TAKE_OS,)),
    (SNAPSHOTS, ()),
    ((replace(OS_SNAPSHOT, provisioning_state=FAILED), DATA_SNAPSHOT), (DeleteSnapshot(OS_SNAPSHOT.id), TAKE_OS)),
], ids=["none", "interrupted", "one lost", "complete", "one failed"])  # fmt: skip
def test_a_backup_takes_only_what_is_missing(snapshots, steps):
    assert plan(snapshots=snapshots).steps == steps


def test_a_snapshot_has_tags_with_everything_that_restoring_needs():
    taken = plan().steps[0].body
    assert taken["properties"]["creationData"] == {"createOption": "Copy", "sourceResourceId": str(OS_DISK.id)}
    assert taken["tags"] == {
        tag.BACKUP: BACKUP_ID,
        tag.BACKUP_TIME: "2026-11-22T10:00:00.000000Z",
        tag.PURPOSE: tag.BEFORE_GENERALIZE,
        tag.VM: str(VM1),
        tag.VM_ID: VM_ID,
        tag.LUN: "os",
        tag.DISK: "u-os",
        tag.DISKS: "2",
        tag.TRAITS: '{"sku":null,"zones":[],"caching":"ReadWrite"}',
    }


def test_the_marketplace_plan_of_a_vm_is_kept():
    bought = replace(RUNNING_VM, plan={"name": "sku", "publisher": "p", "product": "o"})
    assert json.loads(plan(vm=bought).steps[1].body["tags"][tag.PLAN]) == bought.plan
    assert plan(vm=bought).after["backup"]["plan"] == bought.plan


def test_a_marketplace_plan_that_does_not_fit_into_a_tag_prevents_no_backup():
    bought = replace(RUNNING_VM, plan={"name": "n" * 100, "publisher": "p" * 60, "product": "o" * 100})
    planned = plan(vm=bought)
    assert [len(value) for step in planned.steps for value in step.body["tags"].values() if len(value) > 256] == []
    assert planned.warnings[0].startswith("The Marketplace plan of VM web1 does not fit into the tag goldenimage.plan,")


def test_incremental_snapshots_can_be_requested():
    assert plan(replace(REQUEST, incremental=True)).steps[0].body["properties"]["incremental"] is True


@pytest.mark.parametrize("kind", ["UltraSSD_LRS", "PremiumV2_LRS"])
def test_snapshots_of_disks_that_allow_no_others_are_incremental(kind):
    found = plan(disks=(OS_DISK, replace(DATA_DISK, storage_account_type=kind)))
    assert [step.body["properties"]["incremental"] for step in found.steps] == [False, True]
    assert [part["incremental"] for part in found.after["backup"]["snapshots"]] == [False, True]


def test_the_result_is_the_backup_as_it_will_be():
    after = plan().after["backup"]
    assert (after["id"], after["name"], after["vm_id"], after["complete"]) == (BACKUP_ID, "before-generalize", VM_ID, True)
    assert [(part["lun"], part["disk_unique_id"]) for part in after["snapshots"]] == [(None, "u-os"), (5, "u-data")]


def test_the_users_tags_are_added_to_existing_snapshots():
    assert plan(replace(REQUEST, tags={"a": "b"}), snapshots=SNAPSHOTS).steps == tuple(
        TagSnapshot(each.id, {**each.tags, "a": "b"}) for each in SNAPSHOTS
    )


def test_a_disk_attached_after_an_interrupted_run_becomes_part_of_the_same_backup():
    alone = replace(OS_SNAPSHOT, tags={**OS_SNAPSHOT.tags, tag.DISKS: "1"})
    assert plan(snapshots=(alone,)).steps == (TagSnapshot(alone.id, OS_SNAPSHOT.tags), TAKE_DATA)


@pytest.mark.parametrize(("changes", "text"), [
    ({"snapshots": (replace(OS_SNAPSHOT, tags={}),)}, "not part of backup before-generalize"),
    ({"vm": replace(RUNNING_VM, os_disk=replace(RUNNING_VM.os_disk, ephemeral=True))}, "ephemeral"),
    ({"vm": replace(RUNNING_VM, data_disks=(AttachedDisk("blob", None, 0),))}, "not a managed disk"),
])  # fmt: skip
def test_a_backup_is_refused(changes, text):
    with pytest.raises(InvalidRequest, match=text):
        plan(**changes)


FORMER = tuple(replace(each, source_unique_id="former", tags={**each.tags, tag.DISK: "former"}) for each in SNAPSHOTS)
A_DAY = replace(REQUEST, max_age=24)
OLD = tuple(replace(each, time_created=parse_time("2026-11-21T09:59:59.000000Z")) for each in SNAPSHOTS)


LOST = in_backup(replace(DATA_SNAPSHOT, tags={**DATA_SNAPSHOT.tags, tag.LUN: "9"}), BACKUP_ID)
SECOND = tuple(in_backup(each, f"{BACKUP_ID}/2") for each in SNAPSHOTS)


@pytest.mark.parametrize(("request_", "changes"), [
    (A_DAY, {"snapshots": OLD}),
    (A_DAY, {"snapshots": (OLD[0], DATA_SNAPSHOT)}),
    (REQUEST, {"snapshots": FORMER}),
    (REQUEST, {"snapshots": (OS_SNAPSHOT, FORMER[1])}),
    (REQUEST, {"snapshots": (*SNAPSHOTS, LOST)}),
], ids=["too old", "half of it too old", "of a VM restored since", "of another data disk", "of a disk that is gone"])  # fmt: skip
def test_another_backup_is_taken_instead_of_replacing_one_that_may_be_the_last_copy(request_, changes):
    found = plan(request_, **changes)
    assert [step.snapshot for step in found.steps] == [each.id for each in SECOND]
    assert [step.body["tags"][tag.BACKUP] for step in found.steps] == [f"{BACKUP_ID}/2"] * 2
    assert (found.after["backup"]["id"], found.after["backup"]["name"]) == (f"{BACKUP_ID}/2", "before-generalize")
    assert plan(request_, snapshots=(*changes["snapshots"], SECOND[0])).steps == (found.steps[1],)
    assert plan(request_, snapshots=(*changes["snapshots"], *SECOND)).steps == ()


def test_a_recent_backup_is_reused_and_age_counts_only_if_requested():
    assert plan(A_DAY, snapshots=SNAPSHOTS).steps == plan(snapshots=OLD).steps == ()


def test_the_third_backup_follows_the_second():
    third = plan(A_DAY, snapshots=(*OLD, *(in_backup(each, f"{BACKUP_ID}/2") for each in OLD)))
    assert third.after["backup"]["id"] == f"{BACKUP_ID}/3"


@pytest.mark.parametrize(
    ("change", "state"), [({"provisioning_state": "Creating"}, "Creating"), ({"completion_percent": 40.0}, "being copied")]
)
def test_an_unfinished_snapshot_ends_a_run_and_is_predicted_in_check_mode(change, state):
    unfinished = (OS_SNAPSHOT, replace(DATA_SNAPSHOT, **change))
    with pytest.raises(TimedOut, match=f"snapshot {DATA_SNAPSHOT.id.name} is still {state}"):
        plan(snapshots=unfinished)
    predicted = plan(snapshots=unfinished, check_mode=True)
    assert (predicted.steps, predicted.warnings) == (
        (),
        (f"Snapshot {DATA_SNAPSHOT.id.name} is {state}: planned as if that had succeeded.",),
    )


def test_a_missing_vm_cannot_be_backed_up():
    with pytest.raises(Missing, match="no VM web1"):
        plan(vm=None)


def test_the_steps_are_snapshots():
    assert all(isinstance(step, TakeSnapshot) for step in plan().steps)
    assert plan().sentences[0] == f"take snapshot {OS_SNAPSHOT.id.name} of disk web1-os"
