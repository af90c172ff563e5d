# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away VM from an image or from specialized disks: what making it, or removing it, still takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import Failed, InvalidRequest
from ..._core.ids import ResourceId, region
from ..._core.model.disk import NO_CACHING, READ_WRITE, Disk
from ..._core.model.image import Image
from ..._core.model.nic import Nic
from ..._core.model.provisioning import SUCCEEDED
from ..._core.model.vm import RUNNING, AttachedDisk, Vm
from ..._core.plan import Plan
from ..._core.references import absent, absent_group, require_groups, require_region
from ..settling import settled
from ..steps.vm import CreateVm, DeleteVm, TagVm
from .body import plan_of, vm_body
from .login import require_login
from .request import BootRequest

LOG_LINES = 40


@dataclass(frozen=True)
class Observed:
    """What is in Azure. ``location`` is the resource group's, ``disks`` are those that the request names, as far as they exist.

    ``groupless`` is what was not found and whose group does not exist either; ``regions`` are those that have VMs, empty if that is not
    known or was not asked; ``foresee`` is check mode.
    """

    location: str = ""
    vm: Vm | None = None
    nic: Nic | None = None
    image: Image | None = None
    disks: tuple[Disk, ...] = ()
    has_subnet: bool = True
    groupless: frozenset[ResourceId] = frozenset()
    regions: frozenset[str] = frozenset()
    foresee: bool = False

    def disk(self, wanted: ResourceId) -> Disk | None:
        """A disk that the request names."""
        return next((disk for disk in self.disks if disk.id == wanted), None)


def plan_boot(request: BootRequest, seen: Observed) -> Plan:
    """An existing VM is kept when it is the one asked for; a new one is checked against everything Azure would find out later."""
    vm, about_vm = settled("VM", seen.vm, seen.foresee)
    if vm is not None:
        return _plan_match(request, seen, vm, about_vm)
    image, about_image = settled("image", seen.image, seen.foresee)
    return _plan_new(request, replace(seen, image=image), (*about_vm, *about_image))


def _plan_new(request: BootRequest, seen: Observed, warnings: tuple[str, ...]) -> Plan:
    if not any((request.image, request.other_image, request.os_disk)):
        raise InvalidRequest(f"image: a new VM {request.vm.name} needs image or os_disk, and neither is given.")
    if request.subnet is None:
        raise InvalidRequest(f"subnet: a new VM {request.vm.name} needs one, and none is given.")
    require_groups(seen.groupless, request.vm)
    require_region(request.location, seen.regions, "virtual machines")
    if not seen.has_subnet:
        raise absent(f"virtual network {request.subnet.names[0]} with a subnet", request.subnet, seen.groupless)
    location, os_type = _source(request, seen)
    require_login(request, os_type)
    zones = (request.zone,) if request.zone else _zones(request, seen)
    carried = _carried_tags(request, seen)
    tags = tag.wanted({}, request.tags, True, {tag.PURPOSE: tag.BOOT})
    luns = tuple(disk.lun for disk in seen.image.data_disks if disk.lun is not None) if seen.image else ()
    vm = Vm(
        id=request.vm,
        location=region(location),
        vm_id="",
        os_disk=_predicted_os_disk(request, seen),
        data_disks=_predicted_disks(request, seen),
        power=RUNNING,
        os_type=os_type,
        size=request.size,
        computer_name=None if request.os_disk else request.computer_name or request.vm.name,
        tags=tags,
    )
    body = vm_body(request, location, os_type, tags, luns, zones, plan_of(carried))
    return Plan((CreateVm(request.vm, _source_name(request), body),), {"vm": None}, {"vm": vm_result(vm, None)}, warnings)


def plan_unboot(request: BootRequest, seen: Observed) -> Plan:
    """Delete the VM; what was made with it goes by its own delete options."""
    if seen.vm is None:
        warnings = (f"Nothing to delete: {absent_group(request.vm)}.",) if request.vm in seen.groupless else ()
        return Plan(before={"vm": None}, after={"vm": None}, warnings=warnings)
    _require_ours(seen.vm)
    return Plan((DeleteVm(seen.vm.id),), {"vm": vm_result(seen.vm, seen.nic)}, {"vm": None})


def vm_result(vm: Vm, nic: Nic | None) -> dict[str, Any]:
    """The dictionary that is returned for a VM, with its address."""
    return {**vm.as_result(), "private_ip": nic.private_ip if nic else None}


def unprovisioned(error: Failed, boot_log: str) -> Failed:
    """Azure's failure with what the guest said last, so that nobody has to go and look for it."""
    tail = [line.rstrip() for line in boot_log.splitlines() if line.strip()][-LOG_LINES:]
    hint = f"The last line of its boot log is: {tail[-1]} (boot_log holds the last {len(tail)})." if tail else "Its boot log is empty."
    return Failed(f"{error.message} {hint}", **error.facts, boot_log=tail)


def _plan_match(request: BootRequest, seen: Observed, vm: Vm, warnings: tuple[str, ...]) -> Plan:
    _require_ours(vm)
    if difference := _difference(request, vm) or _elsewhere(request, vm, seen.nic):
        raise InvalidRequest(f"VM {vm.id.name} exists, but {difference}, which cannot be changed: delete it first (state: absent).")
    tags = tag.wanted(vm.tags, request.tags, request.append_tags)
    steps = (TagVm(vm.id, tags),) if tags != dict(vm.tags) else ()
    return Plan(steps, {"vm": vm_result(vm, seen.nic)}, {"vm": vm_result(replace(vm, tags=tags), seen.nic)}, warnings)


def _require_ours(vm: Vm) -> None:
    """This module deletes without asking, so it never touches a VM that it did not make."""
    if vm.tags.get(tag.PURPOSE) != tag.BOOT:
        raise InvalidRequest(f"VM {vm.id.name} was not made by image_boot (it has no tag {tag.PURPOSE}: {tag.BOOT}), so it is left alone.")


def _difference(request: BootRequest, vm: Vm) -> str | None:
    """What about an existing VM is not as asked for; None if nothing is."""
    if vm.provisioning_state != SUCCEEDED:
        return f"its provisioning state is {vm.provisioning_state}"
    if request.os_disk is not None and vm.os_disk.disk != request.os_disk:
        return f"its OS disk is {vm.os_disk.disk}"
    if request.os_disk is None and (vm.image or "").casefold() != request.source.casefold():
        return f"it was made from {vm.image or 'another source'}"
    if (vm.size or "").casefold() != request.size.casefold():
        return f"its size is {vm.size}"
    if request.os_type and request.os_type != vm.os_type:
        return f"its operating system is {vm.os_type}"
    if request.os_disk is None and vm.os_disk.storage_account_type not in (None, request.storage_account_type):
        return f"its storage_account_type is {vm.os_disk.storage_account_type}"
    if request.admin_username and vm.admin_username not in (None, request.admin_username):
        return f"its first user is {vm.admin_username}"
    if request.computer_name and vm.computer_name not in (None, request.computer_name):
        return f"its computer name is {vm.computer_name}"
    attached = {disk.lun: disk for disk in vm.data_disks}
    for wanted in request.data_disks:
        found = attached.get(wanted.lun)
        if found is None:
            return f"it has no disk at LUN {wanted.lun}"
        if wanted.disk is not None and found.disk != wanted.disk:
            return f"its disk at LUN {wanted.lun} is {found.disk}"
        if wanted.size_gib is not None and found.size_gib not in (None, wanted.size_gib):
            return f"its disk at LUN {wanted.lun} has {found.size_gib} GiB"
    return None


def _elsewhere(request: BootRequest, vm: Vm, nic: Nic | None) -> str | None:
    """Where an existing VM is, if not where it was asked for."""
    if request.location and region(request.location) != region(vm.location):
        return f"it is in {vm.location}"
    if request.zone and (request.zone,) != vm.zones:
        return f"it is in zone {vm.zones[0]}" if vm.zones else "it is in no zone"
    if request.subnet and nic and nic.subnet and request.subnet != nic.subnet:
        return f"it is in subnet {nic.subnet}"
    return None


def _source(request: BootRequest, seen: Observed) -> tuple[str, str]:
    """Where the VM has to be and what runs in it, once its image or its disks were found good."""
    location = request.location or seen.location
    os_type = request.os_type
    if request.image is not None:
        image = _require_image(request, seen)
        location, os_type = request.location or image.location, os_type or image.os_type
        taken = {disk.lun for disk in image.data_disks}
        if clash := [each.lun for each in request.data_disks if each.lun in taken]:
            raise InvalidRequest(f"data_disks: LUN {clash[0]} is taken by a data disk of image {image.id.name}.")
        _require_region(f"image {image.id.name}", image.location, location)
    if request.os_disk is not None:
        os_disk = _require_disk(request, seen, request.os_disk)
        location, os_type = request.location or os_disk.location, os_type or os_disk.os_type
    for wanted in (request.os_disk, *(each.disk for each in request.data_disks)):
        if wanted is not None:
            _require_region(f"disk {wanted.name}", _require_disk(request, seen, wanted).location, location)
    return location, os_type or "Linux"


def _require_image(request: BootRequest, seen: Observed) -> Image:
    if request.image is None:
        raise InvalidRequest("image: no image was named.")
    if seen.image is None:
        raise absent("image", request.image, seen.groupless)
    if seen.image.provisioning_state != SUCCEEDED:
        raise InvalidRequest(f"image {request.image.name} is {seen.image.provisioning_state}, so no VM can be made from it.")
    return seen.image


def _require_disk(request: BootRequest, seen: Observed, wanted: ResourceId) -> Disk:
    disk = seen.disk(wanted)
    if disk is None:
        raise absent("disk", wanted, seen.groupless)
    if disk.managed_by is not None and disk.managed_by != request.vm:
        raise InvalidRequest(f"disk {wanted.name} is attached to VM {disk.managed_by.name}, so VM {request.vm.name} cannot have it.")
    return disk


def _require_region(what: str, there: str, here: str) -> None:
    if region(there) != region(here):
        raise InvalidRequest(f"{what} is in {there}, and a VM in {here} cannot be made from it: both have to be in one region.")


def _zones(request: BootRequest, seen: Observed) -> tuple[str, ...]:
    """A VM has to be in the zone of its disks."""
    return next((disk.zones for disk in seen.disks if disk.zones), ())


def _carried_tags(request: BootRequest, seen: Observed) -> dict[str, str]:
    os_disk = seen.disk(request.os_disk) if request.os_disk else None
    return dict(seen.image.tags if seen.image else os_disk.tags if os_disk else {})


def _predicted_os_disk(request: BootRequest, seen: Observed) -> AttachedDisk:
    """A disk that is given keeps its name; one that is made gets its name from Azure."""
    if request.os_disk is None:
        size = seen.image.os_disk.size_gib if seen.image and seen.image.os_disk else None
        return AttachedDisk("", None, None, size, READ_WRITE, request.storage_account_type)
    return _predicted_disk(request, seen, request.os_disk, None, None, READ_WRITE)


def _predicted_disks(request: BootRequest, seen: Observed) -> tuple[AttachedDisk, ...]:
    sku = request.storage_account_type
    coming = [
        AttachedDisk("", None, disk.lun, disk.size_gib, disk.caching or NO_CACHING, sku)
        for disk in (seen.image.data_disks if seen.image else ())
    ]
    given = [_predicted_disk(request, seen, each.disk, each.lun, each.size_gib, NO_CACHING) for each in request.data_disks]
    return tuple(sorted([*coming, *given], key=lambda disk: disk.lun or 0))


def _predicted_disk(
    request: BootRequest, seen: Observed, wanted: ResourceId | None, lun: int | None, size: int | None, caching: str
) -> AttachedDisk:
    """A disk that exists, or a new, empty one."""
    if wanted is None or (disk := seen.disk(wanted)) is None:
        return AttachedDisk("", None, lun, size, caching, request.storage_account_type)
    return AttachedDisk(disk.id.name, wanted, lun, disk.size_gib, caching, disk.storage_account_type)


def _source_name(request: BootRequest) -> str:
    if request.os_disk is not None:
        return f"disk {request.os_disk.name}"
    return f"image {request.image.name}" if request.image else f"image {request.other_image}"
