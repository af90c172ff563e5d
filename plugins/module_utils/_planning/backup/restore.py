# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for restoring a backup: create disks from its snapshots, and exchange the disks of the VM for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest, Missing
from ..._core.ids import ResourceId
from ..._core.model.disk import NO_CACHING, Disk
from ..._core.model.provisioning import FAILED
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import DEALLOCATED, AttachedDisk, Vm
from ..._core.plan import Plan, Step
from ..settling import settled
from ..steps.disk import CopyDisk, DeleteDisk, NoteOwnership
from ..steps.vm import Deallocate, DropSeal, SetDataDisks, SwapOsDisk, attached_body
from .backups import Backup, backups_in, lun_of, newest_of
from .copies import is_ours, target_of
from .likeness import copied_tags, copy_properties, disk_properties, traits_of
from .names import restored_id
from .observe import Observed
from .request import BackupRequest

_KEPT = (tag.BACKUP, tag.VM, tag.VM_ID, tag.LUN, tag.PLAN)
"""Our tags of a snapshot that the disk made from it has too."""


@dataclass(frozen=True)
class _Part:
    """One snapshot and the disk that is made from it."""

    snapshot: Snapshot
    disk: ResourceId

    @property
    def lun(self) -> int | None:
        return lun_of(self.snapshot)


def plan_restore(request: BackupRequest, seen: Observed) -> Plan:
    """Create the missing disks. A VM that is still the one backed up and is not generalized gets them; otherwise they are for a new VM."""
    backup = _choose(request, seen)
    parts = [_Part(part, restored_id(request, backup.vm_id, lun_of(part), backup.number, seen.copy)) for part in backup.snapshots]
    present = {disk.id: disk for disk in seen.disks}
    target = target_of(backup, seen.vm)
    steps: list[Step] = []
    warnings: list[str] = []
    for part in parts:
        disk, busy = settled("disk", present.get(part.disk), seen.check_mode)
        steps += _make(request, part, disk, backup)
        warnings += busy
    if steps:
        warnings += [f"Disk {disk.name} is kept, and another one is created: {reason}." for disk, reason in seen.spent.items()]
    if target is not None:
        steps += _exchange(target, parts)
    made = [part for part in parts if part.disk in present]
    return Plan(
        steps=tuple(steps),
        before={"backup": backup.as_result(), **_result(made), "vm": target.as_result() if target else None},
        after={"backup": backup.as_result(), **_result(parts), "vm": _restored(target, parts).as_result() if target else None},
        warnings=tuple(warnings),
    )


def _choose(request: BackupRequest, seen: Observed) -> Backup:
    """The newest backup of the VM that exists now, else the newest of a former VM with its name. It must be complete."""
    backup = newest_of(backups_in(seen.snapshots, request.vm, request.name), seen.vm)
    if backup is None:
        reason = seen.reason_for_no_backup(request) or f"resource group {request.resource_group} holds none"
        raise Missing(f"there is no backup {request.name} of VM {request.vm.name}: {reason}.")
    if not backup.complete:
        raise InvalidRequest(f"backup {request.name} of VM {request.vm.name} is not complete; finish it first (state: present).")
    return backup


def _make(request: BackupRequest, part: _Part, present: Disk | None, backup: Backup) -> list[Step]:
    """Create the disk of one snapshot, or create it again after a failure. An existing disk must be ours."""
    if present is not None and not is_ours(present, backup, part.snapshot):
        raise InvalidRequest(
            f"disk {part.disk.name} in resource group {part.disk.resource_group} exists, but was not made from {part.snapshot.id.name}: "
            "delete it first."
        )
    copy = CopyDisk(part.disk, part.snapshot.id, _body(part.snapshot, request))
    if present is None:
        return [copy]
    return [DeleteDisk(part.disk), copy] if present.provisioning_state == FAILED else []


def _exchange(vm: Vm, parts: Sequence[_Part]) -> list[Step]:
    """Give the VM the restored disks. The OS disk is exchanged in one request; a data disk must leave its LUN before another takes it.

    A hibernated VM is deallocated again, because Azure changes no disks of a VM that waits for its guest to continue:
    https://learn.microsoft.com/azure/virtual-machines/hibernate-resume

    The time at which each was attached is noted at once, so that a later run knows whether the VM was started since. A seal is about the
    former disks.
    """
    os_disk = next(part.disk for part in parts if part.lun is None)
    data = {part.lun: part.disk for part in parts if part.lun is not None}
    attached = {disk.lun: disk.disk for disk in vm.data_disks}
    wrong = {lun for lun, disk in data.items() if attached.get(lun) != disk}
    drop: list[Step] = [DropSeal(vm.id)] if tag.SEAL in vm.tags else []
    if vm.os_disk.disk == os_disk and not wrong:
        return drop
    steps: list[Step] = [] if vm.power == DEALLOCATED and not vm.hibernated else [Deallocate(vm.id)]
    steps += drop
    if vm.os_disk.disk != os_disk:
        steps += [SwapOsDisk(vm.id, os_disk, vm.os_disk.create_option or "FromImage"), NoteOwnership(os_disk)]
    keep = [attached_body(disk) for disk in vm.data_disks if disk.lun not in wrong]
    if wrong & set(attached):
        steps.append(SetDataDisks(vm.id, f"detach the disks of VM {vm.id.name} that the backup replaces", keep))
    if wrong:
        new = [_attach(part) for part in parts if part.lun in wrong]
        steps.append(SetDataDisks(vm.id, f"attach the restored data disks to VM {vm.id.name}", [*keep, *new]))
        steps += [NoteOwnership(part.disk) for part in parts if part.lun in wrong]
    return steps


def _attach(part: _Part) -> dict[str, Any]:
    """A restored data disk in a request body, with the caching that it had. Without caching, Azure caches nothing."""
    caching = traits_of(part.snapshot).get("caching")
    body = {"lun": part.lun, "createOption": "Attach", "managedDisk": {"id": str(part.disk)}}
    return {**body, "caching": caching} if caching else body


def _restored(vm: Vm, parts: Sequence[_Part]) -> Vm:
    """The VM as it will be with the disks of the backup."""
    if not _exchange(vm, parts):
        return vm
    made = {part.lun: _attached(part, vm) for part in parts}
    now = {disk.lun: disk for disk in vm.data_disks} | {lun: disk for lun, disk in made.items() if lun is not None}
    tags = {name: value for name, value in vm.tags.items() if name != tag.SEAL}
    return replace(
        vm, tags=tags, power=DEALLOCATED, os_disk=made[None], data_disks=tuple(now[lun] for lun in sorted(now, key=lambda lun: lun or 0))
    )


def _attached(part: _Part, vm: Vm) -> AttachedDisk:
    """A restored disk as the VM will have it. Exchanging the OS disk does not change its caching."""
    traits = traits_of(part.snapshot)
    caching = vm.os_disk.caching if part.lun is None else traits.get("caching") or NO_CACHING
    return AttachedDisk(part.disk.name, part.disk, part.lun, part.snapshot.size_gib, caching, traits.get("sku"))


def _body(snapshot: Snapshot, request: BackupRequest) -> dict[str, Any]:
    """The request body of a disk that is made from a snapshot."""
    traits = traits_of(snapshot)
    own = {name: snapshot.tags[name] for name in _KEPT if name in snapshot.tags} | {tag.PURPOSE: tag.RESTORED, tag.OWNERSHIP: ""}
    creation = {"createOption": "Copy", "sourceResourceId": str(snapshot.id)}
    sectors = {"logicalSectorSize": traits["sector_size"]} if traits.get("sector_size") else {}
    like = copy_properties(snapshot, has_os=lun_of(snapshot) is None)
    return {
        "location": snapshot.location,
        **({"sku": {"name": traits["sku"]}} if traits.get("sku") else {}),
        **({"zones": traits["zones"]} if traits.get("zones") else {}),
        "tags": copied_tags(snapshot.tags, request.tags, request.append_tags, own),
        "properties": {"creationData": {**creation, **sectors}, **like, **disk_properties(traits)},
    }


def _result(parts: Sequence[_Part]) -> Mapping[str, Any]:
    """Return values in the form of the options ``os_disk`` and ``data_disks`` of image_boot."""
    return {
        "os_disk": next((str(part.disk) for part in parts if part.lun is None), None),
        "data_disks": [{"lun": part.lun, "disk": str(part.disk)} for part in parts if part.lun is not None],
    }
