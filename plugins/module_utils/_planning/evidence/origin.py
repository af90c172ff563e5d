# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The origin of what an image is made from: a disk or snapshot, the chain of copies before it, and the VM that has the original."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..._core.ids import DISK, SNAPSHOT, VM, ResourceId
from ..._core.model.disk import Disk
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..capture.evidence import lacking_backup, trusted_seal
from ..capture.saved import Saved, find_backups
from .copies import flaw_of_copy, is_copy
from .rules import Rules

MOST_COPIES = 10
"""How many copies of copies are followed back to their original."""


@dataclass(frozen=True)
class Origin:
    """A VM with all of its disks, or the disk or snapshot ``source`` with what it was copied from. ``title`` names it in sentences.

    ``copies`` begins with the source if that is a copy; each was made from the next one, the last from the original. ``disks`` are the
    originals, ``vm`` has them, if any does, and ``os_disk`` is the OS disk of that VM. ``saved`` are the backups of that VM.
    ``flaw_of_copy`` is why it is not proven to be a copy, if it is tagged as one.
    """

    title: str
    source: Disk | Snapshot | None = None
    copies: tuple[Disk | Snapshot, ...] = ()
    disks: tuple[Disk, ...] = ()
    vm: Vm | None = None
    os_disk: Disk | None = None
    saved: Saved = Saved()
    flaw_of_copy: str | None = None


def observe_origin(azure: Azure, source: ResourceId, rules: Rules, resource_group: str = "") -> Origin:
    """Read where a VM, disk or snapshot comes from. Backups are looked for in its VM's resource group and in ``resource_group`` first."""
    source = azure.locate(source)
    origin = _of_vm(azure, azure.machines.get(source)) if source.is_a(VM) else _of_copy(azure, source)
    if origin.vm is None or not rules.backup:
        return origin
    if is_copy(origin.vm):
        return replace(origin, flaw_of_copy=flaw_of_copy(azure, origin.vm, origin.disks))
    return replace(origin, saved=_find_backups(azure, rules, origin, origin.vm, resource_group))


def _of_vm(azure: Azure, vm: Vm) -> Origin:
    disks = tuple(azure.disks.get(each.disk) for each in vm.disks if each.disk)
    os_disk = next((each for each in disks if each.id == vm.os_disk.disk), None)
    return Origin(f"VM {vm.id.name}", disks=disks, vm=vm, os_disk=os_disk)


def _of_copy(azure: Azure, source: ResourceId) -> Origin:
    """Follow a disk or snapshot back to its original: a disk that a VM has, or whose own source is not known any more."""
    first: Disk | Snapshot = azure.snapshots.get(source) if source.is_a(SNAPSHOT) else azure.disks.get(source)
    origin = Origin(f"{'snapshot' if isinstance(first, Snapshot) else 'disk'} {source.name}", first)
    found, copies = first, list[Disk | Snapshot]()
    while len(copies) < MOST_COPIES and (former := _copied_from(azure, found)):
        copies.append(found)
        found = former
    if isinstance(found, Snapshot):
        return replace(origin, copies=(*copies, found))
    vm = azure.machines.find(found.managed_by) if found.managed_by else None
    return replace(origin, copies=tuple(copies), disks=(found,), vm=vm, os_disk=_os_disk(azure, vm, found))


def _os_disk(azure: Azure, vm: Vm | None, known: Disk) -> Disk | None:
    """The OS disk of a VM, which may be the disk that is known already."""
    if vm is None or vm.os_disk.disk is None:
        return None
    return known if vm.os_disk.disk == known.id else azure.disks.find(vm.os_disk.disk)


def _copied_from(azure: Azure, copy: Disk | Snapshot) -> Disk | Snapshot | None:
    """The very disk or snapshot that another one was copied from; None if it had no such source, or that does not exist any more.

    A disk that some VM has or had is an original: its VM has written to it since it was copied.
    """
    is_original = isinstance(copy, Disk) and not (copy.never_used and copy.managed_by is None)
    if copy.source is None or not copy.source_unique_id or is_original:
        return None
    former: Disk | Snapshot | None = None
    if copy.source.is_a(SNAPSHOT):
        former = azure.snapshots.find(copy.source)
    elif copy.source.is_a(DISK):
        former = azure.disks.find(copy.source)
    return former if former and former.unique_id == copy.source_unique_id else None


def _find_backups(azure: Azure, rules: Rules, origin: Origin, vm: Vm, resource_group: str) -> Saved:
    seal = trusted_seal(vm, origin.os_disk)
    groups = tuple(dict.fromkeys(each for each in (vm.id.resource_group, resource_group) if each))
    return find_backups(azure, vm, groups, lambda backups: lacking_backup(vm, origin.disks, backups, seal, rules.max_age) is None)
