# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a VM, read from snapshots: one snapshot of each disk, with tags that hold everything that restoring needs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..._core import tags as tag
from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.model.snapshot import Snapshot
from ..._core.times import format_time, parse_time

OS = "os"
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
        """The resource id of the VM, from a tag of its snapshots; empty if none has it."""
        return next((snapshot.tags[tag.VM] for snapshot in self.snapshots if tag.VM in snapshot.tags), "")

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
        found = next((snapshot.tags[tag.PLAN] for snapshot in self.snapshots if tag.PLAN in snapshot.tags), None)
        return json.loads(found) if found else None

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
    """The backups among some snapshots, the oldest first; if given, only those of one VM or of one name."""
    found: dict[str, list[Snapshot]] = {}
    for snapshot in snapshots:
        if (backup := snapshot.tags.get(tag.BACKUP)) and _has_lun(snapshot):
            found.setdefault(backup, []).append(snapshot)
    backups = (Backup(backup, tuple(sorted(parts, key=_order))) for backup, parts in found.items())
    of_vm = (backup for backup in backups if vm is None or backup.is_of(vm))
    chosen = (backup for backup in of_vm if name is None or backup.name.casefold() == name.casefold())
    return tuple(sorted(chosen, key=lambda backup: (backup.time or UNKNOWN, backup.id)))


def find_backup(snapshots: Iterable[Snapshot], backup: str) -> Backup | None:
    """The backup with an id, or None."""
    return next((found for found in backups_in(snapshots) if found.id.casefold() == backup.casefold()), None)


def is_part(resource: Snapshot | Disk) -> bool:
    """Whether a snapshot, or a disk made from one, belongs to any backup."""
    return tag.BACKUP in resource.tags


def lun_of(snapshot: Snapshot) -> int | None:
    """The LUN of the disk, None for the OS disk."""
    return None if snapshot.tags[tag.LUN] == OS else int(snapshot.tags[tag.LUN])


def _has_lun(snapshot: Snapshot) -> bool:
    """Whether the tag for the LUN is one that this collection writes: any other snapshot only looks like a part of a backup."""
    lun = snapshot.tags.get(tag.LUN, "")
    return lun == OS or (lun.isascii() and lun.isdecimal())


def time_of(snapshot: Snapshot) -> datetime | None:
    """The time of a snapshot: that of Azure or, if Azure does not say it, that in our tag."""
    return snapshot.time_created or parse_time(snapshot.tags.get(tag.BACKUP_TIME))


def traits_of(snapshot: Snapshot) -> dict[str, Any]:
    """Properties of the disk that a snapshot does not have: ``sku``, ``zones`` and ``caching``."""
    return dict(json.loads(snapshot.tags.get(tag.TRAITS, "{}")))


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
