"""The state of a managed disk or snapshot: what it is used for now, which VM owns it, and what may be done with it.

ReadyToUpload -> ActiveUpload -> Unattached      an upload; a disk never returns to ReadyToUpload
Unattached <-> ActiveSAS                         a read grant
Unattached -> Attached <-> Reserved              owned by a VM; Reserved while that VM is deallocated
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.machines.state import MachineState
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting, settle
from azlab.arm.core.state import State
from azlab.arm.core.times import now
from azlab.store import Resource

DIRECT_DRIVE = ("UltraSSD_LRS", "PremiumV2_LRS")
"""The types of disks whose snapshots are incremental, and whose bytes are copied after the snapshot was made."""
BACKGROUND_COPY_SECONDS = 1.0
GIB = 1024**3
MIB = 1024**2


@dataclass
class Grant:
    """Access that beginGetAccess gave. `kind` is Read or Write, `until` a time in seconds since 1970."""

    kind: str
    until: float


@dataclass
class DiskState(State):
    """Facts about a disk or snapshot that only the lab keeps."""

    key: str | None = None
    """The page blob with the disk's bytes. A disk without one is not completed."""
    making: str | None = None
    """The page blob of a disk that is being made. If that fails, the blob is removed with the disk or by the next attempt."""
    family: str | None = None
    """The family of the incremental snapshots of this disk, a UUID."""
    upload: int | None = None
    """The size in bytes of a disk that waits for its upload, without the VHD footer."""
    imported: int | None = None
    """The size in bytes of a disk that was imported from a blob in a storage account."""
    copied: float | None = None
    """When the bytes of a snapshot will have been copied in the background, in seconds since 1970."""
    access: Grant | None = None
    """The grant that was given last and not revoked; it may have expired."""

    def __post_init__(self) -> None:
        if isinstance(self.access, dict):
            self.access = Grant(**self.access)


def settle_disk(disk: Resource) -> None:
    """Give the disk its provisioning state after an operation on it has ended."""
    settle(disk, complete=bool(DiskState.of(disk).key))


def state(lab: Lab, disk: Resource) -> str:
    """The value of `diskState`."""
    grant = active_access(disk)
    if DiskState.of(disk).upload:
        return "ActiveUpload" if grant else "ReadyToUpload"
    if grant:
        return "ActiveSAS"
    owner = disk.body.get("managedBy")
    if not owner:
        return "Unattached"
    vm = lab.store.find(owner)
    return "Reserved" if vm is None or MachineState.of(vm).power == "deallocated" else "Attached"


def active_access(disk: Resource) -> Grant | None:
    """The grant on this disk or snapshot that is neither revoked nor expired."""
    grant = DiskState.of(disk).access
    return grant if grant and grant.until > time.time() else None


def view(lab: Lab, disk: Resource) -> Json:
    """The disk or snapshot as a GET shows it."""
    body = {**disk.body, "properties": {**disk.properties}}
    if disk.properties.get("provisioningState") == "Succeeded":
        body["properties"]["diskState"] = state(lab, disk)
    if (percent := copied_percent(disk)) is not None:
        body["properties"]["completionPercent"] = percent
    return body


def copied_percent(disk: Resource) -> float | None:
    """How much of a snapshot Azure has copied in the background; None if it is not copied so."""
    end = DiskState.of(disk).copied
    return None if end is None else round(100.0 - 100.0 * min(1.0, max(0.0, end - time.time()) / BACKGROUND_COPY_SECONDS), 1)


def check_usable(lab: Lab, disk: Resource) -> None:
    """Refuse a disk that waits for its upload, is being deleted, or was never completed."""
    check_not_deleting(disk, "use")
    hidden = DiskState.of(disk)
    if hidden.upload:
        raise disk_errors.USE_UPLOAD(disk=disk.name, state=state(lab, disk))
    if (percent := copied_percent(disk)) not in (None, 100.0):
        raise disk_errors.STILL_COPIED(snapshot=disk.name, percent=percent)
    if disk.properties.get("provisioningState") not in ("Succeeded", "Updating") or hidden.key is None:
        raise compute_errors.SOURCE_FAILED(source=disk.id, state=disk.properties.get("provisioningState"))


def check_not_deleting(disk: Resource, operation: str) -> None:
    """Refuse an operation on a disk or snapshot that is being deleted."""
    if is_deleting(disk):
        raise disk_errors.DISK_DELETING(operation=operation, disk=disk.name)


def set_owner(disk: Resource, vm_id: str | None) -> None:
    """Attach the disk to a VM, or detach it, and note the time: Azure shows when the owner changed last."""
    if vm_id:
        disk.body["managedBy"] = vm_id
    else:
        disk.body.pop("managedBy", None)
    touch(disk)


def touch(disk: Resource) -> None:
    """Note that the disk was attached or detached, or that its VM was deallocated or started."""
    disk.properties["LastOwnershipUpdateTime"] = now()


def shown_gib(size: int) -> int:
    """The value of `diskSizeGB` for a size in bytes: Azure shows 30 for a disk of 30 GiB and 1 MiB (recorded)."""
    return max(1, size // GIB)


def describe_size(properties: Json, size: int, sku: str, *, performance: bool) -> None:
    """Fill in the properties that follow from a disk's size in bytes."""
    gib = shown_gib(size)
    properties["diskSizeGB"] = gib
    if performance:
        properties["diskIOPSReadWrite"], properties["diskMBpsReadWrite"] = performance_of(sku, gib)
    properties["diskSizeBytes"] = size


def performance_of(sku: str, gib: int) -> tuple[int, int]:
    """IOPS and MB/s of a disk: https://learn.microsoft.com/azure/virtual-machines/disks-types."""
    if not sku.lower().startswith("premium_"):
        return 500, 60
    for limit, iops, mbps in ((32, 120, 25), (64, 240, 50), (128, 500, 100), (256, 1100, 125), (512, 2300, 150), (1024, 5000, 200)):
        if gib <= limit:
            return iops, mbps
    return 7500, 250
