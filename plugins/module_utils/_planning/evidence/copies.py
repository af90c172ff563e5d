# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back from a throw-away copy of a VM: its source, which is still there and was only read.

Tags say that a VM is a copy, and anybody can write tags. Azure itself says which disk a snapshot is of, and which snapshot a disk is of.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import SNAPSHOT, VM, ResourceId
from ..._core.model.disk import Disk
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..capture.evidence import trusted_seal


def is_copy(vm: Vm) -> bool:
    """Whether a VM is tagged as a throw-away copy, which needs no backup of its own."""
    return vm.tags.get(tag.PURPOSE) == tag.COPIED


def flaw_of_copy(azure: Azure, vm: Vm, disks: Sequence[Disk]) -> str | None:
    """Why a copy is not proven to be one, as a clause; None if every disk comes from a snapshot of a disk that its source still has."""
    named = tag.id_from(vm.tags.get(tag.COPY_OF, ""), VM)
    source = azure.machines.find(named) if named else None
    if source is None or source.vm_id != vm.tags.get(tag.COPY_OF_VM_ID, "").casefold():
        return f"the VM that it was made from ({vm.tags.get(tag.COPY_OF) or 'unknown'}) does not exist any more"
    if source.generalized:
        return f"the VM that it was made from ({source.id.name}) is marked as generalized, and cannot be started again"
    original_disks = [azure.disks.get(each.disk) for each in source.disks if each.disk]
    if trusted_seal(source, next((each for each in original_disks if each.id == source.os_disk.disk), None)):
        return f"the VM that it was made from ({source.id.name}) is itself sealed"
    originals = {each.unique_id for each in original_disks}
    strange = next((disk for disk in disks if not _is_of(disk, _snapshot(azure, disk.source), originals)), None)
    return f"disk {strange.id.name} was not made from a snapshot of a disk of VM {source.id.name}" if strange else None


def require_origin(vm: Vm, flaw: str | None) -> None:
    """Refuse a VM that is tagged as a copy, but whose origin is not proven."""
    if flaw:
        raise InvalidRequest(
            f"VM {vm.id.name} is tagged as a throw-away copy, but {flaw}: there is no way back from generalizing it."
            " Copy the VM again with vm_copy, or set backup: none to capture without one."
        )


def _snapshot(azure: Azure, source: ResourceId | None) -> Snapshot | None:
    return azure.snapshots.find(source) if source and source.is_a(SNAPSHOT) else None


def _is_of(disk: Disk, snapshot: Snapshot | None, originals: set[str]) -> bool:
    """Whether a disk comes from the snapshot, and that from one of the original disks."""
    if snapshot is None or not snapshot.source_unique_id:
        return False
    return snapshot.source_unique_id in originals and disk.source_unique_id in ("", snapshot.unique_id)
