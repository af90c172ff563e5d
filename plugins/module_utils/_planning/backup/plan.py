# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of a VM: one snapshot of each disk, and everything that restoring takes in their tags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest, Missing
from ..._core.ids import SNAPSHOT, VM, ResourceId
from ..._core.limits import require_wait
from ..._core.model.disk import Disk
from ..._core.model.provisioning import FAILED
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import AttachedDisk, Vm
from ..._core.plan import Plan, Step
from ..._core.references import absent, absent_group, parse_reference, require_given, require_group
from ..._core.times import hours_before, require_hours
from ..settling import settled
from ..steps.snapshot import DeleteSnapshot, TagSnapshot, TakeSnapshot

OS = "os"
LONGEST_NAME = 80
"""Of a disk or a snapshot: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftcompute"""
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True)
class BackupRequest:
    """Which VM, where the snapshots go, and what the backup is called."""

    vm: ResourceId
    resource_group: str
    name: str
    incremental: bool = False
    max_age: int | None = None
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> BackupRequest:
        """Check and complete the module's options."""
        require_wait(params)
        group = require_group(params["resource_group"])
        return cls(
            vm=parse_reference(params["vm"], VM, group, "vm"),
            resource_group=group,
            name=require_backup_name(params["name"]),
            incremental=params["incremental"],
            max_age=None if params["max_age"] is None else require_hours("max_age", params["max_age"]),
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )

    def within(self, subscription: str) -> BackupRequest:
        """The same request with full ids."""
        return replace(self, vm=self.vm.within(subscription))


@dataclass(frozen=True)
class Backup:
    """What the snapshots with one backup id are together, the OS disk first.

    A VM has several backups of one name where an earlier one was of other disks, or too old; from the second on they are numbered.
    """

    id: str
    snapshots: tuple[Snapshot, ...]

    @property
    def name(self) -> str:
        return self.id.partition("/")[2].partition("/")[0]

    @property
    def number(self) -> int:
        """Which backup of this name and VM it is."""
        number = self.id.partition("/")[2].partition("/")[2]
        return int(number) if number.isdecimal() else 1

    @property
    def vm_id(self) -> str:
        return self.id.partition("/")[0]

    @property
    def vm(self) -> str:
        """The id of the VM, as its snapshots' tags have it."""
        return next((snapshot.tags[tag.VM] for snapshot in self.snapshots if tag.VM in snapshot.tags), "")

    @property
    def time(self) -> str | None:
        """When the last of its snapshots was taken."""
        return max((time_of(snapshot) or "" for snapshot in self.snapshots), default="") or None

    @property
    def complete(self) -> bool:
        """Whether there is a good snapshot of every disk that the VM had."""
        expected = {snapshot.tags.get(tag.DISKS, "") for snapshot in self.snapshots}
        return expected == {str(len(self.snapshots))} and all(snapshot.whole for snapshot in self.snapshots)

    @property
    def plan(self) -> dict[str, str] | None:
        """The Marketplace plan of the VM, which every VM made from these disks needs too."""
        found = next((snapshot.tags[tag.PLAN] for snapshot in self.snapshots if tag.PLAN in snapshot.tags), None)
        return json.loads(found) if found else None

    def as_result(self) -> dict[str, Any]:
        """The dictionary that modules return for a backup."""
        return {
            "id": self.id,
            "name": self.name,
            "vm": self.vm,
            "vm_id": self.vm_id,
            "time": self.time,
            "complete": self.complete,
            "plan": self.plan,
            "snapshots": [_snapshot_result(snapshot) for snapshot in self.snapshots],
        }


@dataclass(frozen=True)
class Observed:
    """What is in Azure: the VM with its disks, and every snapshot in the backup's resource group.

    ``groupless`` is what was not found and whose group does not exist either; ``foresee`` is check mode.
    """

    vm: Vm | None = None
    disks: tuple[Disk, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    groupless: frozenset[ResourceId] = frozenset()
    foresee: bool = False


def backups_in(snapshots: Iterable[Snapshot], vm: ResourceId | None = None, name: str | None = None) -> tuple[Backup, ...]:
    """The backups among some snapshots, of one VM or one name if asked, the oldest first."""
    found: dict[str, list[Snapshot]] = {}
    for snapshot in snapshots:
        if (backup := snapshot.tags.get(tag.BACKUP)) and snapshot.tags.get(tag.LUN):
            found.setdefault(backup, []).append(snapshot)
    backups = (Backup(backup, tuple(sorted(parts, key=_order))) for backup, parts in found.items())
    of_vm = (backup for backup in backups if vm is None or same_id(backup.vm, vm))
    chosen = (backup for backup in of_vm if name is None or backup.name.casefold() == name.casefold())
    return tuple(sorted(chosen, key=lambda backup: (backup.time or "", backup.id)))


def require_backup_name(name: str) -> str:
    """The name of a backup, if it fits into the names of its snapshots."""
    require_given("name", name)
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"name: {name!r} is not a valid name for a backup: use 1 to 40 letters, digits, '_', '.' or '-',"
            " the first and last a letter or digit."
        )
    return name


def find_backup(snapshots: Iterable[Snapshot], backup: str) -> Backup | None:
    """One backup by its id."""
    return next((found for found in backups_in(snapshots) if found.id.casefold() == backup.casefold()), None)


def place_of(request: BackupRequest) -> ResourceId:
    """What stands for the resource group in which a backup's snapshots are."""
    return ResourceId.of(SNAPSHOT, request.resource_group, request.name, subscription=request.vm.subscription)


def missing_group(request: BackupRequest, seen: Observed) -> str | None:
    """The sentence about a resource group that does not exist, which explains why there is no backup; None if both do."""
    return next((absent_group(each) for each in (place_of(request), request.vm) if each in seen.groupless), None)


def is_part(resource: Snapshot | Disk) -> bool:
    """Whether a snapshot, or a disk made from one, belongs to any backup."""
    return tag.BACKUP in resource.tags


def plan_backup(request: BackupRequest, seen: Observed, now: str) -> Plan:
    """Take the snapshots that are missing.

    What was taken of another disk, or too long ago, is never replaced, since it may be all that is left: another backup is taken beside it.
    """
    vm = seen.vm
    if vm is None:
        raise absent("VM", request.vm, seen.groupless, ", so nothing can be backed up")
    if place_of(request) in seen.groupless:
        raise Missing(f"snapshots of VM {vm.id.name} cannot be taken: {absent_group(place_of(request))}.")
    disks = {disk.id: disk for disk in seen.disks}
    former = [backup for backup in backups_in(seen.snapshots, name=request.name) if backup.vm_id == vm.vm_id]
    before = max(former, key=lambda backup: backup.number, default=None)
    number = _number(before, request, vm, disks, now)
    steps: list[Step] = []
    parts: list[Snapshot] = []
    warnings: list[str] = []
    taken = {snapshot.id: snapshot for snapshot in seen.snapshots}
    for attached in vm.disks:
        source = disks[_copyable(vm, attached)]
        target = snapshot_id(request, vm, attached.lun, number)
        wanted = _wanted(request, vm, attached, source, target, now, number)
        present = taken.get(target)
        if present is not None:
            _require_ours(present, wanted, request)
            present, warning = settled("snapshot", present, seen.foresee)
            warnings += warning
        if present is None or present.provisioning_state == FAILED:
            steps += [DeleteSnapshot(target)] if present else []
            steps.append(TakeSnapshot(target, source.id, _body(wanted, request)))
            parts.append(wanted)
        else:
            tags = tag.wanted(present.tags, request.tags, request.append_tags, {tag.DISKS: str(len(vm.disks))})
            steps += [TagSnapshot(target, tags)] if tags != dict(present.tags) else []
            parts.append(replace(present, tags=tags))
    return Plan(
        steps=tuple(steps),
        before={"backup": before.as_result() if before else None},
        after={"backup": Backup(backup_id(request, vm, number), tuple(parts)).as_result()},
        warnings=tuple(warnings),
    )


def plan_removal(request: BackupRequest, seen: Observed) -> Plan:
    """Delete every snapshot of the backup, also where the VM has gone or was made anew under its name."""
    backups = backups_in(seen.snapshots, request.vm, request.name)
    return Plan(
        steps=tuple(DeleteSnapshot(snapshot.id) for backup in backups for snapshot in backup.snapshots),
        before={"backup": backups[-1].as_result() if backups else None},
        after={"backup": None},
        warnings=() if (group := missing_group(request, seen)) is None else (f"Nothing to delete: {group}.",),
    )


def backup_id(request: BackupRequest, vm: Vm, number: int = 1) -> str:
    """The VM by the id of its life, the backup's name, and which one of that name it is."""
    return f"{vm.vm_id}/{request.name}" + (f"/{number}" if number > 1 else "")


def snapshot_id(request: BackupRequest, vm: Vm, lun: int | None, number: int = 1) -> ResourceId:
    """Where the snapshot of a disk belongs: known before it exists, and other for a VM made anew under the same name."""
    return part_id(SNAPSHOT, request, vm.vm_id, lun, number)


def part_id(kind: str, request: BackupRequest, vm_id: str, lun: int | None, number: int, suffix: str = "") -> ResourceId:
    """The id of a snapshot, or of the disk made from it; of a long VM name the end goes first, since nothing else may."""
    count = f"-{number}" if number > 1 else ""
    ending = f"-{request.name}-{vm_id[:8]}-{OS if lun is None else f'lun{lun}'}{count}{suffix}"
    name = request.vm.name[: LONGEST_NAME - len(ending)] + ending
    return ResourceId.of(kind, request.resource_group, name, subscription=request.vm.subscription)


def lun_of(snapshot: Snapshot) -> int | None:
    """The LUN of the disk, None for the OS disk."""
    return None if snapshot.tags[tag.LUN] == OS else int(snapshot.tags[tag.LUN])


def time_of(snapshot: Snapshot) -> str | None:
    """When it was taken: Azure's own time, ours where Azure does not say."""
    return snapshot.time_created or snapshot.tags.get(tag.BACKUP_TIME)


def traits_of(snapshot: Snapshot) -> dict[str, Any]:
    """What the disk was like, which its snapshot does not say: sku, zones and caching."""
    return dict(json.loads(snapshot.tags.get(tag.TRAITS, "{}")))


def same_id(text: str, resource: ResourceId) -> bool:
    """Whether a tag names this resource."""
    return text.casefold() == str(resource).casefold()


def _copyable(vm: Vm, disk: AttachedDisk) -> ResourceId:
    """The managed disk behind a VM's disk, which is the only kind that has snapshots."""
    if disk.ephemeral:
        raise InvalidRequest(f"the OS disk of VM {vm.id.name} is ephemeral, and Azure cannot take a snapshot of it: no backup is possible.")
    if disk.disk is None:
        raise InvalidRequest(f"disk {disk.name} of VM {vm.id.name} is not a managed disk, and only those can be backed up.")
    return disk.disk


def _number(newest: Backup | None, request: BackupRequest, vm: Vm, disks: Mapping[ResourceId, Disk], now: str) -> int:
    """Which backup of this name it is: the newest while it can still be one of the VM's disks as they are now, else the next."""
    if newest is None:
        return 1
    lives = {attached.lun: disks[_copyable(vm, attached)].unique_id for attached in vm.disks}
    same = all(lives.get(lun_of(snapshot), "").casefold() == snapshot.tags.get(tag.DISK, "").casefold() for snapshot in newest.snapshots)
    return newest.number if same and not _is_old(newest, request, now) else newest.number + 1


def _is_old(backup: Backup, request: BackupRequest, now: str) -> bool:
    """Whether any of it was taken too long ago; what failed is taken again anyway."""
    times = [time_of(snapshot) or "" for snapshot in backup.snapshots if snapshot.provisioning_state != FAILED]
    return request.max_age is not None and min(times, default=now) < hours_before(now, request.max_age)


def _require_ours(present: Snapshot, wanted: Snapshot, request: BackupRequest) -> None:
    """Refuse to touch what is not this backup."""
    if present.tags.get(tag.BACKUP, "").casefold() != wanted.tags[tag.BACKUP].casefold():
        raise InvalidRequest(
            f"snapshot {present.id.name} in resource group {present.id.resource_group} exists, and is no part of backup {request.name}: "
            "give the backup another name."
        )


def _wanted(request: BackupRequest, vm: Vm, attached: AttachedDisk, source: Disk, target: ResourceId, now: str, number: int) -> Snapshot:
    own = {
        tag.BACKUP: backup_id(request, vm, number),
        tag.BACKUP_TIME: now,
        tag.PURPOSE: tag.BEFORE_GENERALIZE,
        tag.VM: str(vm.id),
        tag.VM_ID: vm.vm_id,
        tag.LUN: OS if attached.lun is None else str(attached.lun),
        tag.DISK: source.unique_id,
        tag.DISKS: str(len(vm.disks)),
        tag.TRAITS: _traits(source, attached),
        **({tag.PLAN: tag.plan_value(vm.plan)} if vm.plan else {}),
    }
    return Snapshot(
        id=target,
        location=source.location,
        source=source.id,
        source_unique_id=source.unique_id,
        incremental=request.incremental,
        size_gib=source.size_gib,
        tags=tag.wanted({}, request.tags, True, own),
    )


def _traits(disk: Disk, attached: AttachedDisk) -> str:
    traits = {"sku": disk.storage_account_type, "zones": list(disk.zones), "caching": attached.caching}
    return json.dumps(traits, separators=(",", ":"))


def _body(wanted: Snapshot, request: BackupRequest) -> dict[str, Any]:
    return {
        "location": wanted.location,
        "tags": dict(wanted.tags),
        "properties": {
            "creationData": {"createOption": "Copy", "sourceResourceId": str(wanted.source)},
            "incremental": request.incremental,
        },
    }


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
        "time": time_of(snapshot),
        "size_gib": snapshot.size_gib,
        "incremental": snapshot.incremental,
        "provisioning_state": snapshot.provisioning_state,
        "tags": dict(snapshot.tags),
    }
