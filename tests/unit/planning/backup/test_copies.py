# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which restored disks are still as their backup is: those that no VM has used, of a snapshot that is still the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import islice

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED, AttachedDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import format_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import Backup
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.copies import copy_numbers, spent

from tests.support.backups import BACKUP_ID, OS_SNAPSHOT, REQUEST, SNAPSHOTS
from tests.support.capture_values import RUNNING_VM, VM1
from tests.support.ids import an_id

BACKUP = Backup(BACKUP_ID, SNAPSHOTS)
MADE = datetime(2026, 11, 23, 10, tzinfo=timezone.utc)
ATTACHED = MADE + timedelta(minutes=2)
SNAPSHOT = replace(OS_SNAPSHOT, unique_id="s-1")
OFF = replace(RUNNING_VM, power=DEALLOCATED)


def disk(name="web1-before-generalize-aaaaaaaa-os-disk", owned=MADE, noted=None, **changes):
    tags = {tag.BACKUP: BACKUP_ID, tag.OWNERSHIP: format_time(noted) if noted else ""}
    made = Disk(
        an_id(DISK, "build", name),
        "westeurope",
        source=SNAPSHOT.id,
        source_unique_id="s-1",
        time_created=MADE,
        ownership_time=owned,
        tags=tags,
    )
    return replace(made, **changes)


KEPT = disk(owned=ATTACHED, noted=ATTACHED, managed_by=VM1)


@pytest.mark.parametrize(("made", "vm"), [
    (disk(), None),
    (disk(owned=None), None),
    (disk(), RUNNING_VM),
    (KEPT, OFF),
    (disk(owned=ATTACHED, tags={}), OFF),
], ids=["new", "Azure does not say", "free for the VM", "attached only", "not ours: left to the plan"])  # fmt: skip
def test_a_disk_that_no_vm_used_counts_as_restored(made, vm):
    assert spent(made, BACKUP, SNAPSHOT, vm) is None


@pytest.mark.parametrize(("made", "vm"), [
    (KEPT, RUNNING_VM),
    (KEPT, None),
    (KEPT, replace(OFF, generalized=True)),
    (KEPT, replace(OFF, vm_id="another")),
    (replace(KEPT, ownership_time=ATTACHED + timedelta(seconds=20)), OFF),
    (disk(owned=ATTACHED, managed_by=VM1), OFF),
    (replace(KEPT, managed_by=None), OFF),
    (replace(KEPT, managed_by=replace(VM1, names=("web9",))), OFF),
], ids=["VM runs", "VM gone", "VM generalized", "another VM", "started since", "nothing noted", "detached", "other VM's"])  # fmt: skip
def test_a_disk_that_a_vm_may_have_written_to_is_spent(made, vm):
    assert spent(made, BACKUP, SNAPSHOT, vm) == "a VM may have written to it since"


def test_a_disk_of_a_backup_that_was_taken_again_is_spent():
    assert spent(disk(source_unique_id="s-0"), BACKUP, SNAPSHOT, None) == "the backup was deleted and taken again since"
    assert spent(disk(source_unique_id=""), BACKUP, SNAPSHOT, None) is None


@pytest.mark.parametrize(("name", "numbers"), [
    ("web1-before-generalize-aaaaaaaa-os-disk-3", [3, 1, 2]),
    ("WEB1-before-generalize-aaaaaaaa-os-disk", [1, 1, 2]),
    ("web1-os", [1, 2, 3]),
    ("data-disk-7", [1, 2, 3]),
])  # fmt: skip
def test_the_copy_that_the_vm_has_is_tried_first(name, numbers):
    vm = replace(OFF, os_disk=AttachedDisk(name, an_id(DISK, "build", name)))
    assert list(islice(copy_numbers(REQUEST, BACKUP, vm), 3)) == numbers
