# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM, its copy and what belongs to the copy in Azure, as planning needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from ..._core import tags as tag
from ..._core.ids import VM, ResourceId
from ..._core.model.disk import Disk
from ..._core.model.lock import Lock
from ..._core.model.nic import Nic
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..settling import look_up
from .request import ABSENT, CopyRequest


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``disks`` are those of the source; ``snapshots`` and ``copied`` are those with the names of the copy's parts.

    ``series`` is the number in the names of the snapshots: those of earlier numbers were kept for the user. ``subnets`` are those of the
    source's network interfaces, ``nic`` is the interface of an existing ``copy``. ``without_group`` holds resources that were not found and
    whose resource group does not exist either. ``locks`` are those that may hold for a copy that is to be made.
    """

    vm: Vm | None = None
    copy: Vm | None = None
    nic: Nic | None = None
    disks: tuple[Disk, ...] = ()
    snapshots: Mapping[ResourceId, Snapshot] = field(default_factory=dict)
    copied: Mapping[ResourceId, Disk] = field(default_factory=dict)
    series: int = 1
    subnets: frozenset[ResourceId] = frozenset()
    has_subnet: bool = True
    without_group: frozenset[ResourceId] = frozenset()
    locks: tuple[Lock, ...] = ()
    check_mode: bool = False

    @property
    def snapshot_ids(self) -> list[str]:
        """The ids of the snapshots that exist."""
        return sorted(map(str, self.snapshots))


def observe(azure: Azure, request: CopyRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun."""
    seen = Observed(vm=azure.machines.find(request.vm), copy=look_up(azure.machines, request.copy, check_mode), check_mode=check_mode)
    if request.state == ABSENT:
        return _with_parts(azure, request, seen, _luns(seen) | _listed_luns(azure, request))
    if seen.copy:
        nic = azure.nics.find(seen.copy.nics[0]) if seen.copy.nics else None
        return _with_parts(azure, request, replace(seen, nic=nic), frozenset())
    return _with_parts(azure, request, _with_source(azure, request, seen), _luns(seen))


def _with_source(azure: Azure, request: CopyRequest, seen: Observed) -> Observed:
    """Read the disks and the network of the source."""
    vm = seen.vm
    lost = None if request.subnet is None or azure.subnets.exists(request.subnet) else request.subnet
    seen = replace(seen, has_subnet=lost is None, without_group=azure.groups.without_group(None if vm else request.vm, request.copy, lost))
    if vm is None:
        return seen
    disks = tuple(azure.disks.get(each.disk) for each in vm.disks if each.disk)
    nics = [nic for each in vm.nics if (nic := azure.nics.find(each))]
    locks = azure.locks.around(request.copy)
    return replace(seen, disks=disks, locks=locks, subnets=frozenset(nic.subnet for nic in nics if nic.subnet))


def _luns(seen: Observed) -> frozenset[int | None]:
    """The LUNs of the source and of the copy."""
    return frozenset(disk.lun for vm in (seen.vm, seen.copy) if vm for disk in vm.disks)


def _listed_luns(azure: Azure, request: CopyRequest) -> frozenset[int | None]:
    """The LUNs of listed snapshots and disks that belong to the copy: its source may have other disks by now, or be gone."""
    group, subscription = request.copy.resource_group, request.copy.subscription
    snapshots, disks = azure.snapshots.list(group, subscription), azure.disks.list(group, subscription)
    listed = [*(each.tags for each in snapshots), *(each.tags for each in disks)]
    luns = [tags.get(tag.LUN, "") for tags in listed if is_of_copy(tags, request)]
    return frozenset(int(lun) if lun.isdecimal() else None for lun in luns)


def _with_parts(azure: Azure, request: CopyRequest, seen: Observed, luns: frozenset[int | None]) -> Observed:
    """Read the snapshots and the disks that have the names of the copy's parts."""
    series = _series(azure, request) if luns else 1
    snapshots = (look_up(azure.snapshots, request.snapshot(lun, series), seen.check_mode) for lun in luns)
    copied = (look_up(azure.disks, request.disk(lun), seen.check_mode) for lun in luns)
    return replace(
        seen,
        snapshots={each.id: each for each in snapshots if each},
        copied={each.id: each for each in copied if each},
        series=series,
    )


def _series(azure: Azure, request: CopyRequest) -> int:
    """The first number whose snapshots were not kept for the user."""
    return next(number for number in count(1) if not is_kept(azure.snapshots.find(request.snapshot(None, number))))


def is_kept(snapshot: Snapshot | None) -> bool:
    """Whether a snapshot was kept for the user, so that no copy may use or delete it."""
    return snapshot is not None and snapshot.tags.get(tag.PURPOSE) == tag.KEPT_COPY


def is_of_copy(tags: Mapping[str, str], request: CopyRequest) -> bool:
    """Whether the tags of a resource say that it belongs to this copy of this VM. Long names of two VMs can be cut to one."""
    names_copy = tags.get(tag.PURPOSE) == tag.COPIED and tags.get(tag.COPY, "").casefold() == request.copy.name.casefold()
    return names_copy and tag.id_from(tags.get(tag.COPY_OF, ""), VM) == request.vm
