"""A VM's disks: made with it, attached, detached, given back."""

from __future__ import annotations

import uuid
from typing import Any

from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.disks import new_key
from azlab.arm.compute.disks.states import describe_size, own
from azlab.arm.compute.machines.attachments import NewDisk
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab, now
from azlab.arm.core.provisioning import is_deleting
from azlab.arm.http.calls import COMPUTE
from azlab.store import Resource

DISK = f"{COMPUTE}/disks"


def entries(vm: Resource) -> list[tuple[str, dict[str, Any]]]:
    """Every disk of a VM with its LUN; the OS disk comes first."""
    profile = vm.properties["storageProfile"]
    return [("os", profile["osDisk"]), *((str(each["lun"]), each) for each in profile["dataDisks"])]


def disks_of(lab: Lab, vm: Resource) -> list[tuple[str, Resource]]:
    """The disk resources of a VM, as far as they exist."""
    found = []
    for lun, entry in entries(vm):
        disk = lab.store.find((entry.get("managedDisk") or {}).get("id", ""))
        if disk is not None:
            found.append((lun, disk))
    return found


def owned_by(lab: Lab, vm: Resource) -> list[Resource]:
    """Every disk that says it is this VM's, also one that the VM does not show because it was never finished."""
    return [disk for disk in lab.store.list(DISK) if str(disk.body.get("managedBy", "")).lower() == vm.id.lower()]


def make(lab: Lab, vm: Resource, wanted: NewDisk) -> Resource:
    """Make one disk of a new VM, or one that is added to a VM."""
    name = wanted.name or _name(vm, wanted.lun)
    id = "/".join(vm.id.split("/")[:5]) + f"/providers/{DISK}/{name}"
    key = new_key(DISK)
    if wanted.key is None:
        lab.blobs.create(key, wanted.size)
        lab.blobs.write_footer(key)
    else:
        lab.blobs.copy(wanted.key, key)
        if lab.blobs.size(key) != wanted.size:
            lab.blobs.resize(key, wanted.size)
            lab.blobs.write_footer(key)
    disk = Resource(id, DISK, vm.group, name, {"name": name, "id": id, "type": DISK, "location": vm.location})
    disk.body["sku"] = {"name": wanted.sku, "tier": wanted.sku.split("_")[0]}
    properties: dict[str, Any] = {}
    if wanted.os_type:
        properties["osType"] = wanted.os_type
    if wanted.generation:
        properties["hyperVGeneration"] = wanted.generation
    if wanted.security:
        properties["securityProfile"] = {"securityType": wanted.security}
    properties["creationData"] = wanted.creation
    describe_size(properties, wanted.size, wanted.sku, performance=True)
    properties["encryption"] = {"type": "EncryptionAtRestWithPlatformKey"}
    properties.update(networkAccessPolicy="AllowAll", publicNetworkAccess="Enabled", timeCreated=now())
    properties.update(provisioningState="Succeeded", uniqueId=str(uuid.uuid4()))
    disk.body["properties"] = properties
    disk.hidden.update(key=key, family=str(uuid.uuid4()))
    own(disk, vm.id)
    lab.store.put(disk)
    return disk


def _name(vm: Resource, lun: str) -> str:
    """The name that Azure gives to a disk without one."""
    number = "OsDisk_1" if lun == "os" else f"disk{int(lun) + 2}"
    return f"{vm.name}_{number}_{uuid.uuid4().hex}"


def attach(lab: Lab, vm: Resource, id: str) -> None:
    """Give a disk to a VM."""
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None or is_deleting(disk):
            raise errors.BUSY()
        owner = disk.body.get("managedBy")
        if owner and owner.lower() != vm.id.lower():
            raise disk_errors.ATTACHED_ELSEWHERE(disk=disk.name, vm=owner)
        own(disk, vm.id)
        lab.store.put(disk)


def detach(lab: Lab, vm: Resource, id: str) -> None:
    """Take a disk back from a VM, if it is that VM's."""
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is not None and str(disk.body.get("managedBy", "")).lower() == vm.id.lower():
            own(disk, None)
            lab.store.put(disk)
