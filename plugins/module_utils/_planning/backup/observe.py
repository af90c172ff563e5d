# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM, its disks and its backups in Azure, as planning needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.model.lock import Lock
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..missing_groups import missing_group, without_group
from ..settling import look_up
from .backups import Backup, backups_in, lun_of, newest_of
from .copies import copy_numbers, spent
from .discovery import read_snapshots
from .names import restored_id
from .request import ABSENT, PRESENT, RESTORED, BackupRequest


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``snapshots`` are all of the backup's resource group.

    ``disks`` are those of the VM, or, for restoring, those of the ``copy`` of the backup that is not spent; ``spent`` says why disks of
    earlier copies are. ``locks`` are read for deleting only. ``without_group`` holds resources that were not found and whose resource group
    does not exist either.
    """

    vm: Vm | None = None
    disks: tuple[Disk, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    without_group: frozenset[ResourceId] = frozenset()
    check_mode: bool = False
    locks: tuple[Lock, ...] = ()
    copy: int = 1
    spent: Mapping[ResourceId, str] = field(default_factory=dict)

    def reason_for_no_backup(self, request: BackupRequest) -> str | None:
        """The sentence about a resource group that does not exist, of the backup or of the VM; None if both exist."""
        return missing_group(self.without_group, request.place, request.vm)


def observe(azure: Azure, request: BackupRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun."""
    vm = look_up(azure.machines, request.vm, check_mode or request.state == ABSENT)
    snapshots = read_snapshots(azure, request, vm, check_mode)
    backup = newest_of(backups_in(snapshots, request.vm, request.name), vm)
    found = backup is not None and (vm is not None or request.state != PRESENT)
    seen = Observed(vm, snapshots=snapshots, check_mode=check_mode, without_group=without_group(azure, found, request.place, request.vm))
    if request.state == ABSENT and backup:
        return replace(seen, locks=azure.locks.around(request.place))
    if request.state == PRESENT and vm:
        return replace(seen, disks=tuple(azure.disks.get(each.disk) for each in vm.disks if each.disk))
    return _with_copy(azure, request, seen, backup) if request.state == RESTORED and backup else seen


def _with_copy(azure: Azure, request: BackupRequest, seen: Observed, backup: Backup) -> Observed:
    """The first copy of the backup that is not spent: it was restored already, in part or as a whole, or none of its disks exists."""
    reasons: dict[ResourceId, str] = {}
    numbers = copy_numbers(request, backup, seen.vm)
    while True:
        copy = next(numbers)
        parts = {restored_id(request, backup.vm_id, lun_of(part), backup.number, copy): part for part in backup.snapshots}
        disks = [(disk, part) for each, part in parts.items() if (disk := look_up(azure.disks, each, seen.check_mode))]
        found = {disk.id: reason for disk, part in disks if (reason := spent(disk, backup, part, seen.vm))}
        if not found:
            return replace(seen, disks=tuple(disk for disk, _part in disks), copy=copy, spent=reasons)
        reasons |= found
