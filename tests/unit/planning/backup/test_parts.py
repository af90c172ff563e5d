# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshots are parts of a backup: those that vm_backup took, and not what only has their tags."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SNAPSHOT, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.limits import LONGEST_TAG_VALUE
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import backups_in
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.plan import plan_backup
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.removal import plan_removal
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.restore import plan_restore

from tests.support.backups import BACKUP_ID, DATA_SNAPSHOT, NOW, OS_SNAPSHOT, REQUEST, SNAPSHOTS, in_backup
from tests.support.capture_values import DATA_DISK, OS_DISK, RUNNING_VM, VM1
from tests.support.ids import SUBSCRIPTION, an_id


def tagged(snapshot, **tags):
    return replace(snapshot, tags={**snapshot.tags, **{f"goldenimage.{name}": value for name, value in tags.items()}})


COPY = replace(OS_SNAPSHOT, id=an_id(SNAPSHOT, "build", "copy-of-it"))
STRANGERS = {
    "copy under another name": COPY,
    "copy under our name in another group": replace(in_backup(OS_SNAPSHOT, BACKUP_ID, "other"), source=OS_SNAPSHOT.id),
    "snapshot of another disk": replace(DATA_SNAPSHOT, id=an_id(SNAPSHOT, "build", f"{DATA_SNAPSHOT.id.name}-x"), source_unique_id="u-9"),
    "LUN that is no number": tagged(COPY, lun="first"),
    "LUN in other digits": tagged(COPY, lun="\u0663"),
    "LUN that no disk has": tagged(COPY, lun="64"),
    "backup without a name": tagged(COPY, backup="x"),
    "VM that is no id": tagged(COPY, vm="web1"),
    "no tags": replace(COPY, tags={}),
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_what_only_looks_like_a_part_is_neither_counted_nor_deleted(stranger):
    everything = (stranger, *SNAPSHOTS)
    assert [(backup.id, backup.complete) for backup in backups_in(everything)] == [(BACKUP_ID, True)]
    assert {step.snapshot for step in plan_removal(REQUEST, Observed(snapshots=everything)).steps} == {each.id for each in SNAPSHOTS}
    assert len(plan_restore(REQUEST, Observed(snapshots=everything)).steps) == 2


@pytest.mark.parametrize("name", ["traits", "plan"])
def test_a_tag_that_somebody_spoiled_is_read_as_empty(name):
    spoiled = (tagged(OS_SNAPSHOT, **{name: "{"}), tagged(DATA_SNAPSHOT, **{name: "[1]"}))
    assert backups_in(spoiled)[0].as_result()["plan"] is None
    assert len(plan_restore(REQUEST, Observed(snapshots=spoiled)).steps) == 2


def test_parts_whose_tags_differ_by_case_only_are_one_backup():
    other = tagged(DATA_SNAPSHOT, backup=BACKUP_ID.upper())
    assert [backup.complete for backup in backups_in((OS_SNAPSHOT, other))] == [True]


def test_backups_of_one_name_in_two_groups_are_two_backups():
    twice = (*SNAPSHOTS, *(in_backup(each, BACKUP_ID, "other") for each in SNAPSHOTS))
    assert [backup.complete for backup in backups_in(twice)] == [True, True]


LONG = ResourceId.of(VM, "g" * 90, "v" * 64, subscription=SUBSCRIPTION)


def test_a_vm_whose_id_is_too_long_for_a_tag_is_backed_up_restored_and_removed():
    request = replace(REQUEST, vm=LONG, resource_group="g" * 90)
    plan = plan_backup(request, Observed(vm=replace(RUNNING_VM, id=LONG), disks=(OS_DISK, DATA_DISK)), NOW)
    assert max(len(value) for step in plan.steps for value in step.body["tags"].values()) <= LONGEST_TAG_VALUE < len(str(LONG))
    taken = tuple(replace(each, id=step.snapshot, tags=step.body["tags"]) for each, step in zip(SNAPSHOTS, plan.steps, strict=True))
    assert [backup.vm for backup in backups_in(taken, LONG)] == [plan.after["backup"]["vm"]] == [str(LONG)]
    assert len(plan_restore(request, Observed(snapshots=taken)).steps) == len(plan_removal(request, Observed(snapshots=taken)).steps) == 2


@pytest.mark.parametrize("vm", [VM1, LONG])
def test_the_id_of_a_vm_is_read_back_from_its_tag(vm):
    assert tag.id_from(tag.id_value(vm), VM) == vm
