# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an existing VM differs from the requested one."""

from __future__ import annotations

from collections.abc import Iterator

from ..._core.errors import InvalidRequest
from ..._core.ids import region
from ..._core.model.nic import Nic
from ..._core.model.provisioning import SUCCEEDED
from ..._core.model.vm import Vm
from .request import BootRequest
from .security import STANDARD


def require_match(request: BootRequest, vm: Vm, nic: Nic | None) -> None:
    """Refuse an existing VM that is not the requested one, and name the first difference."""
    if found := next(_differences(request, vm, nic), None):
        raise InvalidRequest(f"VM {vm.id.name} exists, but {found}, which cannot be changed: delete it first (state: absent).")


def _differences(request: BootRequest, vm: Vm, nic: Nic | None) -> Iterator[str]:
    if vm.provisioning_state != SUCCEEDED:
        yield f"its provisioning state is {vm.provisioning_state}"
    yield from _other_source(request, vm)
    yield from _other_properties(request, vm)
    yield from _other_data_disks(request, vm)
    yield from _other_place(request, vm, nic)


def _other_source(request: BootRequest, vm: Vm) -> Iterator[str]:
    if request.os_disk is not None and vm.os_disk.disk != request.os_disk:
        yield f"its OS disk is {vm.os_disk.disk}"
    if request.os_disk is None and (vm.image or "").casefold() != request.source.casefold():
        yield f"it was made from {vm.image or 'another source'}"


def _other_properties(request: BootRequest, vm: Vm) -> Iterator[str]:
    """Differences in properties; one that Azure does not return is taken to be as requested."""
    if (vm.size or "").casefold() != request.size.casefold():
        yield f"its size is {vm.size}"
    if request.os_type and request.os_type != vm.os_type:
        yield f"its operating system is {vm.os_type}"
    if request.security_type and request.security_type != (vm.security_type or STANDARD):
        yield f"its security type is {vm.security_type or STANDARD}"
    if request.os_disk is None and vm.os_disk.storage_account_type not in (None, request.storage_account_type):
        yield f"its storage_account_type is {vm.os_disk.storage_account_type}"
    if request.admin_username and vm.admin_username not in (None, request.admin_username):
        yield f"its first user is {vm.admin_username}"
    if request.computer_name and vm.computer_name not in (None, request.computer_name):
        yield f"its computer name is {vm.computer_name}"


def _other_data_disks(request: BootRequest, vm: Vm) -> Iterator[str]:
    """Differences in the requested data disks; the VM may have others, which came with its image."""
    attached = {disk.lun: disk for disk in vm.data_disks}
    for wanted in request.data_disks:
        found = attached.get(wanted.lun)
        if found is None:
            yield f"it has no disk at LUN {wanted.lun}"
        elif wanted.disk is not None and found.disk != wanted.disk:
            yield f"its disk at LUN {wanted.lun} is {found.disk}"
        elif wanted.size_gib is not None and found.size_gib not in (None, wanted.size_gib):
            yield f"its disk at LUN {wanted.lun} has {found.size_gib} GiB"


def _other_place(request: BootRequest, vm: Vm, nic: Nic | None) -> Iterator[str]:
    if request.location and region(request.location) != region(vm.location):
        yield f"it is in {vm.location}"
    if request.zone and (request.zone,) != vm.zones:
        yield f"it is in zone {vm.zones[0]}" if vm.zones else "it is in no zone"
    if request.subnet and nic and nic.subnet and request.subnet != nic.subnet:
        yield f"it is in subnet {nic.subnet}"
