# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The new VM as check mode returns it, and as it will be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.ids import ResourceId, region
from ..._core.model.disk import NO_CACHING, READ_WRITE
from ..._core.model.nic import Nic
from ..._core.model.vm import RUNNING, AttachedDisk, Vm
from .request import BootRequest
from .source import Source


def predicted_vm(request: BootRequest, source: Source, tags: Mapping[str, str]) -> Vm:
    """The VM that the request creates; what only Azure knows, such as the names of new disks, is empty."""
    return Vm(
        id=request.vm,
        location=region(source.location),
        vm_id="",
        os_disk=_os_disk(request, source),
        data_disks=_data_disks(request, source),
        power=RUNNING,
        os_type=source.os_type,
        size=request.size,
        security_type=source.security.type,
        computer_name=None if source.is_specialized else request.computer_name or request.vm.name,
        tags=tags,
    )


def vm_result(vm: Vm, nic: Nic | None) -> dict[str, Any]:
    """The dictionary that is returned for a VM, with its address."""
    return {**vm.as_result(), "private_ip": nic.private_ip if nic else None}


def _os_disk(request: BootRequest, source: Source) -> AttachedDisk:
    if request.os_disk is None:
        return AttachedDisk("", None, None, source.os_size_gib, READ_WRITE, request.storage_account_type)
    return _disk(request, source, request.os_disk, None, None, READ_WRITE)


def _data_disks(request: BootRequest, source: Source) -> tuple[AttachedDisk, ...]:
    """The data disks that come with the image, and those of the request."""
    coming = [
        AttachedDisk("", None, disk.lun, disk.size_gib, disk.caching or NO_CACHING, request.storage_account_type) for disk in source.coming
    ]
    asked = [_disk(request, source, each.disk, each.lun, each.size_gib, NO_CACHING) for each in request.data_disks]
    return tuple(sorted([*coming, *asked], key=lambda disk: disk.lun or 0))


def _disk(request: BootRequest, source: Source, wanted: ResourceId | None, lun: int | None, size: int | None, caching: str) -> AttachedDisk:
    """A disk that exists, or a new, empty one."""
    disk = source.disk(wanted)
    if disk is None:
        return AttachedDisk("", None, lun, size, caching, request.storage_account_type)
    return AttachedDisk(disk.id.name, disk.id, lun, disk.size_gib, caching, disk.storage_account_type)
