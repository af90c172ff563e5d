# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a VM, read from snapshots: one snapshot of each disk, with tags that hold everything that restoring needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..._core import tags as tag
from ..._core.ids import SNAPSHOT, VM, ResourceId
from ..._core.limits import HIGHEST_LUN
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.times import format_time, parse_time
from .names import OS, part_name

UNKNOWN = datetime.min.replace(tzinfo=timezone.utc)
"""Stands for a time that is not known: such a backup is listed first, and counts as old."""


@dataclass(frozen=True)
class Backup:
    """The snapshots that have one backup id, the OS disk first.

    A VM has several backups of one name if an earlier one was of other disks, or too old; from the second on they are numbered.
    """

    id: str
    snapshots: tuple[Snapshot, ...]

    @property
    def name(self) -> str:
        """The name that the user gave it."""
        return self.id.partition("/")[2].partition("/")[0]

    @property
    def number(self) -> int:
        """The number of this backup among those with the same name and VM, from 1."""
        number = self.id.partition("/")[2].partition("/")[2]
        return int(number) if number.isdecimal() else 1

    @property
    def vm_id(self) -> str:
        """The vmId of the VM, in lower case."""
        return self.id.partition("/")[0]

    @property
    def vm(self) -> str:
        """The resource id of the VM, from a tag of its snapshots."""
        return next((str(vm) for snapshot in self.snapshots if (vm := vm_of(snapshot))), "")

    @property
    def time(self) -> datetime | None:
        """The time of its last snapshot; None if it is not known."""
        return max(filter(None, map(time_of, self.snapshots)), default=None)

    @property
    def complete(self) -> bool:
        """Whether there is a usable snapshot of every disk that the VM had."""
        expected = {snapshot.tags.get(tag.DISKS, "") for snapshot in self.snapshots}
        return expected == {str(len(self.snapshots))} and all(snapshot.complete for snapshot in self.snapshots)

    @property
    def plan(self) -> dict[str, str] | None:
        """The Marketplace plan of the VM, which every VM made from these disks needs too."""
        return next((plan for snapshot in self.snapshots if (plan := tag.object_in(snapshot.tags.get(tag.PLAN)))), None)

    def is_of(self, vm: ResourceId) -> bool:
        """Whether it is a backup of a VM with this resource id."""
        return self.vm.casefold() == str(vm).casefold()

    def as_result(self) -> dict[str, Any]:
        """The dictionary that modules return for a backup."""
        return {
            "id": self.id,
            "name": self.name,
            "vm": self.vm,
            "vm_id": self.vm_id,
            "time": format_time(self.time) if self.time else None,
            "complete": self.complete,
            "plan": self.plan,
            "snapshots": [_snapshot_result(snapshot) for snapshot in self.snapshots],
        }


def backups_in(snapshots: Iterable[Snapshot], vm: ResourceId | None = None, name: str | None = None) -> tuple[Backup, ...]:
    """The backups among some snapshots, the oldest first; if given, only those of one VM or of one name.

    A backup lies in one resource group: two groups can hold backups of one VM under one name.
    """
    found: dict[tuple[str, ...], list[Snapshot]] = {}
    for snapshot in filter(is_part, snapshots):
        place = (snapshot.tags[tag.BACKUP], snapshot.id.subscription, snapshot.id.resource_group)
        found.setdefault(tuple(map(str.casefold, place)), []).append(snapshot)
    backups = (Backup(parts[0].tags[tag.BACKUP], tuple(sorted(parts, key=_order))) for parts in found.values())
    of_vm = (backup for backup in backups if vm is None or backup.is_of(vm))
    chosen = (backup for backup in of_vm if name is None or backup.name.casefold() == name.casefold())
    return tuple(sorted(chosen, key=lambda backup: (backup.time or UNKNOWN, backup.id)))


def newest_of(backups: Sequence[Backup], vm: Vm | None) -> Backup | None:
    """The newest of some backups of one name: that of the VM that exists now, else that of a former VM with its name."""
    own = [backup for backup in backups if vm is not None and backup.vm_id == vm.vm_id]
    return next(iter(reversed(own or backups)), None)


def is_part(snapshot: Snapshot) -> bool:
    """Whether a snapshot belongs to a backup: it has the tags and the name of a part, and is a snapshot of the disk that they name.

    Tags alone prove nothing, since a copy of a snapshot has them too, and anybody can write them.
    """
    vm, backup = vm_of(snapshot), Backup(snapshot.tags.get(tag.BACKUP, ""), ())
    if vm is None or not backup.name or not _has_lun(snapshot) or _is_copied(snapshot):
        return False
    return snapshot.id.name.casefold() == part_name(vm.name, backup.vm_id, backup.name, lun_of(snapshot), backup.number).casefold()


def _is_copied(snapshot: Snapshot) -> bool:
    """Whether a snapshot was made from another snapshot, or from another disk than the one in its tag."""
    tagged, source = snapshot.tags.get(tag.DISK, ""), snapshot.source_unique_id
    other_disk = bool(source and tagged) and source.casefold() != tagged.casefold()
    return other_disk or (snapshot.source is not None and snapshot.source.is_a(SNAPSHOT))


def vm_of(snapshot: Snapshot) -> ResourceId | None:
    """The id of the VM that a snapshot is of, from its tag; None if the tag names none."""
    return tag.id_from(snapshot.tags.get(tag.VM, ""), VM)


def lun_of(snapshot: Snapshot) -> int | None:
    """The LUN of the disk, None for the OS disk."""
    return None if snapshot.tags[tag.LUN] == OS else int(snapshot.tags[tag.LUN])


def _has_lun(snapshot: Snapshot) -> bool:
    """Whether the tag for the LUN is one that this collection writes."""
    lun = snapshot.tags.get(tag.LUN, "")
    return lun == OS or (lun.isascii() and lun.isdecimal() and int(lun) <= HIGHEST_LUN)


def time_of(snapshot: Snapshot) -> datetime | None:
    """The time of a snapshot: that of Azure or, if Azure does not say it, that in our tag."""
    return snapshot.time_created or parse_time(snapshot.tags.get(tag.BACKUP_TIME))


def _order(snapshot: Snapshot) -> int:
    lun = lun_of(snapshot)
    return -1 if lun is None else lun


def _snapshot_result(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": str(snapshot.id),
        "name": snapshot.id.name,
        "resource_group": snapshot.id.resource_group,
        "location": snapshot.location,
        "lun": lun_of(snapshot),
        "disk": str(snapshot.source) if snapshot.source else None,
        "disk_unique_id": snapshot.tags.get(tag.DISK),
        "time": format_time(taken) if (taken := time_of(snapshot)) else None,
        "size_gib": snapshot.size_gib,
        "incremental": snapshot.incremental,
        "provisioning_state": snapshot.provisioning_state,
        "tags": dict(snapshot.tags),
    }
