"""What a managed disk is just now: its state, who owns it, what may be done with it.

ReadyToUpload -> ActiveUpload -> Unattached      an upload; the step back does not exist
Unattached <-> ActiveSAS                         a read grant
Unattached -> Attached <-> Reserved              by a VM; Reserved while that VM is deallocated
"""

from __future__ import annotations

import time
from typing import Any

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.core.lab import Lab, now
from azlab.arm.core.provisioning import is_deleting
from azlab.store import Resource

GIB = 1024**3
MIB = 1024**2


def state(lab: Lab, disk: Resource) -> str:
    """The disk's state in Azure's words."""
    access = active_access(disk)
    if disk.hidden.get("upload"):
        return "ActiveUpload" if access else "ReadyToUpload"
    if access:
        return "ActiveSAS"
    owner = disk.body.get("managedBy")
    if not owner:
        return "Unattached"
    vm = lab.store.find(owner)
    return "Reserved" if vm is None or vm.hidden.get("power") == "deallocated" else "Attached"


def active_access(disk: Resource) -> dict[str, Any] | None:
    """The grant that is outstanding on this disk or snapshot. One whose time is over is none."""
    access: dict[str, Any] | None = disk.hidden.get("access")
    return access if access and access["until"] > time.time() else None


def view(lab: Lab, disk: Resource) -> dict[str, Any]:
    """The disk or snapshot as a GET shows it."""
    body = {**disk.body, "properties": {**disk.properties}}
    if disk.properties.get("provisioningState") == "Succeeded":
        body["properties"]["diskState"] = state(lab, disk)
    return body


def check_whole(lab: Lab, disk: Resource) -> None:
    """Refuse a disk whose upload is not finished, and one that was never finished being made."""
    check_not_deleting(disk, "use")
    if disk.hidden.get("upload"):
        raise disk_errors.USE_UPLOAD(disk=disk.name, state=state(lab, disk))
    if disk.properties.get("provisioningState") not in ("Succeeded", "Updating") or "key" not in disk.hidden:
        raise compute_errors.SOURCE_FAILED(source=disk.id, state=disk.properties.get("provisioningState"))


def check_not_deleting(disk: Resource, deed: str) -> None:
    """Refuse to do anything with a disk or snapshot that is being deleted."""
    if is_deleting(disk):
        raise disk_errors.DISK_DELETING(deed=deed, disk=disk.name)


def own(disk: Resource, vm_id: str | None) -> None:
    """Give the disk to a VM, or take it back; the time of that is part of what Azure tells about a disk."""
    if vm_id:
        disk.body["managedBy"] = vm_id
    else:
        disk.body.pop("managedBy", None)
    touch(disk)


def touch(disk: Resource) -> None:
    """The ownership changed: attached, detached, or its VM was deallocated or started."""
    disk.properties["LastOwnershipUpdateTime"] = now()


def describe_size(properties: dict[str, Any], size: int, sku: str, *, performance: bool) -> None:
    """Fill in everything that follows from a disk's size."""
    gib = -(-size // GIB)
    properties["diskSizeGB"] = gib
    if performance:
        iops, mbps = performance_of(sku, gib)
        properties["diskIOPSReadWrite"], properties["diskMBpsReadWrite"] = iops, mbps
    properties["diskSizeBytes"] = size


def performance_of(sku: str, gib: int) -> tuple[int, int]:
    """IOPS and MB/s of a disk: https://learn.microsoft.com/azure/virtual-machines/disks-types."""
    if not sku.lower().startswith("premium_"):
        return 500, 60
    for limit, iops, mbps in ((32, 120, 25), (64, 240, 50), (128, 500, 100), (256, 1100, 125), (512, 2300, 150), (1024, 5000, 200)):
        if gib <= limit:
            return iops, mbps
    return 7500, 250
