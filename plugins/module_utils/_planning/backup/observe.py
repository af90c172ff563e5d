# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM, its disks and its backups in Azure, as planning needs them."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..missing_groups import missing_group, without_group
from ..settling import look_up
from .backups import Backup, backups_in, lun_of, newest_of
from .discovery import read_snapshots
from .names import restored_id
from .request import ABSENT, PRESENT, BackupRequest


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``snapshots`` are all of the backup's resource group.

    ``disks`` are those of the VM, or, for restoring, those that were made from the backup. ``without_group`` holds resources that were not
    found and whose resource group does not exist either.
    """

    vm: Vm | None = None
    disks: tuple[Disk, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    without_group: frozenset[ResourceId] = frozenset()
    check_mode: bool = False

    def reason_for_no_backup(self, request: BackupRequest) -> str | None:
        """The sentence about a resource group that does not exist, of the backup or of the VM; None if both exist."""
        return missing_group(self.without_group, request.place, request.vm)


def observe(azure: Azure, request: BackupRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun."""
    vm = look_up(azure.machines, request.vm, check_mode or request.state == ABSENT)
    snapshots = read_snapshots(azure, request, vm, check_mode)
    backup = newest_of(backups_in(snapshots, request.vm, request.name), vm)
    disks = _disks(azure, request, vm, backup, check_mode)
    found = backup is not None and (vm is not None or request.state != PRESENT)
    return Observed(vm, disks, snapshots, without_group(azure, found, request.place, request.vm), check_mode)


def _disks(azure: Azure, request: BackupRequest, vm: Vm | None, backup: Backup | None, check_mode: bool) -> tuple[Disk, ...]:
    """The disks that are backed up, or those that have been restored already."""
    if request.state == PRESENT:
        return tuple(azure.disks.get(each.disk) for each in vm.disks if each.disk) if vm else ()
    if backup is None or request.state == ABSENT:
        return ()
    made = (restored_id(request, backup.vm_id, lun_of(part), backup.number) for part in backup.snapshots)
    return tuple(disk for each in made if (disk := look_up(azure.disks, each, check_mode)))
