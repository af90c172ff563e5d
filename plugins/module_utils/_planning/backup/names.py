# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The id of a backup, and the names of its snapshots and of the disks made from them. All are known before the resource exists."""

from __future__ import annotations

from ..._core.ids import DISK, SNAPSHOT, ResourceId
from ..._core.limits import LONGEST_NAME
from ..._core.model.vm import Vm
from .request import BackupRequest

OS = "os"


def backup_id(request: BackupRequest, vm: Vm, number: int = 1) -> str:
    """The vmId of the VM, the name of the backup, and, from the second backup of that name on, its number."""
    return f"{vm.vm_id}/{request.name}" + (f"/{number}" if number > 1 else "")


def snapshot_id(request: BackupRequest, vm: Vm, lun: int | None, number: int = 1) -> ResourceId:
    """The id of the snapshot of a disk. A VM that was recreated under the same name gets other ids."""
    return part_id(SNAPSHOT, request, vm.vm_id, lun, number)


def part_id(kind: str, request: BackupRequest, vm_id: str, lun: int | None, number: int, suffix: str = "") -> ResourceId:
    """The id of a snapshot, or of the disk made from it."""
    name = part_name(request.vm.name, vm_id, request.name, lun, number, suffix)
    return ResourceId.of(kind, request.resource_group, name, subscription=request.vm.subscription)


def restored_id(request: BackupRequest, vm_id: str, lun: int | None, number: int) -> ResourceId:
    """The id of the disk that is made from a snapshot."""
    return part_id(DISK, request, vm_id, lun, number, "-disk")


def part_name(vm: str, vm_id: str, backup: str, lun: int | None, number: int, suffix: str = "") -> str:
    """The name of a snapshot, or of the disk made from it. Only the name of the VM is cut if the result would be too long."""
    count = f"-{number}" if number > 1 else ""
    ending = f"-{backup}-{vm_id[:8]}-{OS if lun is None else f'lun{lun}'}{count}{suffix}"
    return vm[: LONGEST_NAME - len(ending)] + ending
