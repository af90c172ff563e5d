# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshots of backups in Azure. A list finds those whose ids are not known; known ids are read, because a list lags behind.

Only the snapshots of the task's own backup are waited for: one of another VM that never ends must not stop it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._core.ids import ResourceId
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from .backups import Backup, backups_in, newest_of
from .names import snapshot_id
from .request import ABSENT, BackupRequest


def read_snapshots(azure: Azure, request: BackupRequest, vm: Vm | None, check_mode: bool) -> tuple[Snapshot, ...]:
    """All snapshots of the backup's resource group. Those of the backup itself are as they are now, outside of check mode once finished."""
    found = {each.id: each for each in azure.snapshots.list(request.resource_group, request.vm.subscription)}
    backups = backups_in(found.values(), request.vm, request.name)
    for known in dict.fromkeys((*_listed(request, vm, backups), *_computed(azure, request, vm, backups))):
        found.pop(known, None)
        if snapshot := _read(azure, request, known, check_mode):
            found[known] = snapshot
    return tuple(found.values())


def _read(azure: Azure, request: BackupRequest, snapshot: ResourceId, check_mode: bool) -> Snapshot | None:
    """A snapshot, once the operation on it has ended. One that is to be used must hold all bytes, one that is to be deleted need not."""
    if check_mode:
        return azure.snapshots.find(snapshot)
    return azure.snapshots.find_settled(snapshot) if request.state == ABSENT else azure.snapshots.find_copied(snapshot)


def _listed(request: BackupRequest, vm: Vm | None, backups: Sequence[Backup]) -> Iterator[ResourceId]:
    """The listed snapshots that the task is about: of every backup of the name to delete them, otherwise of the newest."""
    newest = newest_of(backups, vm)
    for backup in backups if request.state == ABSENT else [newest] if newest else []:
        yield from (snapshot.id for snapshot in backup.snapshots)


def _computed(azure: Azure, request: BackupRequest, vm: Vm | None, backups: Sequence[Backup]) -> Iterator[ResourceId]:
    """The ids that the snapshots of the VM's disks have, whether they are listed or not: of the newest backup, to delete of all."""
    if vm is None:
        return
    newest = max((backup.number for backup in backups if backup.vm_id == vm.vm_id), default=1)
    while azure.snapshots.find(snapshot_id(request, vm, None, newest + 1)):
        newest += 1
    for number in range(1 if request.state == ABSENT else newest, newest + 1):
        yield from (snapshot_id(request, vm, disk.lun, number) for disk in vm.disks)
