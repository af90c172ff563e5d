"""The disks of a VM: make, attach and detach them."""

from __future__ import annotations

import uuid

from azlab.arm.compute.common import DISK
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.builder import describe, write
from azlab.arm.compute.disks.state import DiskState, set_owner, settle_disk
from azlab.arm.compute.machines.disk_requests import NewDisk
from azlab.arm.core import resource_errors
from azlab.arm.core.ids import neighbor_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.store import Resource


def entries(vm: Resource) -> list[tuple[str, Json]]:
    """Every disk of a VM as the VM shows it, with `os` or its LUN; the OS disk comes first."""
    profile = vm.properties["storageProfile"]
    return [("os", profile["osDisk"]), *((str(each["lun"]), each) for each in profile["dataDisks"])]


def disks_of(lab: Lab, vm: Resource) -> list[tuple[str, Resource]]:
    """The disk resources of a VM that exist, with `os` or their LUN."""
    found = []
    for lun, entry in entries(vm):
        disk = lab.store.find((entry.get("managedDisk") or {}).get("id", ""))
        if disk is not None:
            found.append((lun, disk))
    return found


def owned_by(lab: Lab, vm: Resource) -> list[Resource]:
    """Every disk whose owner is this VM, including one that the VM does not show because the VM was never completed."""
    return [disk for disk in lab.store.list(DISK) if str(disk.body.get("managedBy", "")).lower() == vm.id.lower()]


def make(lab: Lab, vm: Resource, wanted: NewDisk) -> Resource:
    """Make a disk with the tags that the VM has now, and attach it to the VM.

    Tags that the VM is given later stay the VM's alone: https://github.com/hashicorp/terraform-provider-azurerm/issues/8162.
    """
    name = wanted.name or _name(vm, wanted.lun)
    id = neighbor_id(vm.id, DISK, name)
    disk = Resource(id, DISK, vm.group, name, {"name": name, "id": id, "type": DISK, "location": vm.location})
    if "tags" in vm.body:
        disk.body["tags"] = dict(vm.body["tags"])
    describe(disk, wanted.spec)
    state = DiskState.of(disk)
    state.key, state.making = state.making, None
    write(lab, str(state.key), wanted.spec.content)
    settle_disk(state.keep(disk))
    set_owner(disk, vm.id)
    lab.store.put(disk)
    return disk


def _name(vm: Resource, lun: str) -> str:
    """The name that Azure gives to a disk for which the request names none."""
    number = "OsDisk_1" if lun == "os" else f"disk{int(lun) + 2}"
    return f"{vm.name}_{number}_{uuid.uuid4().hex}"


def attach(lab: Lab, vm: Resource, id: str) -> None:
    """Attach a disk to a VM."""
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None or is_deleting(disk):
            raise resource_errors.BUSY()
        owner = disk.body.get("managedBy")
        if owner and owner.lower() != vm.id.lower():
            raise disk_errors.ATTACHED_ELSEWHERE(disk=disk.name, vm=owner)
        set_owner(disk, vm.id)
        lab.store.put(disk)


def detach(lab: Lab, vm: Resource, id: str) -> None:
    """Detach a disk from a VM if the VM owns it."""
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is not None and str(disk.body.get("managedBy", "")).lower() == vm.id.lower():
            set_owner(disk, None)
            lab.store.put(disk)
