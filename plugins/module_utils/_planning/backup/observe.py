# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM, its disks and its backups in Azure, as planning needs them."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core import tags as tag
from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..missing_groups import missing_group, without_group
from ..settling import look_up, look_up_all
from .backups import backups_in
from .request import ABSENT, PRESENT, RESTORED, BackupRequest


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``snapshots`` are all of the backup's resource group.

    ``disks`` are those of the VM, or, for restoring, all of that group. ``without_group`` holds resources that were not found and whose
    resource group does not exist either.
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
    snapshots = look_up_all(azure.snapshots, request.resource_group, _is_tagged, check_mode)
    vm = None if request.state == ABSENT else look_up(azure.machines, request.vm, check_mode)
    disks = _disks(azure, request, vm, check_mode)
    found = bool(backups_in(snapshots, request.vm, request.name)) and (vm is not None or request.state != PRESENT)
    return Observed(vm, disks, snapshots, without_group(azure, found, request.place, request.vm), check_mode)


def _disks(azure: Azure, request: BackupRequest, vm: Vm | None, check_mode: bool) -> tuple[Disk, ...]:
    """The disks that are backed up, or those that may have been restored already."""
    if request.state == RESTORED:
        return look_up_all(azure.disks, request.resource_group, _is_tagged, check_mode)
    return tuple(azure.disks.get(each.disk) for each in vm.disks if each.disk) if vm else ()


def _is_tagged(resource: Snapshot | Disk) -> bool:
    """Whether a snapshot, or a disk made from one, says that it belongs to any backup."""
    return tag.BACKUP in resource.tags
