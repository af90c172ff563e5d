"""Building a disk or snapshot: its body and its bytes. Every new disk is built here, whatever asks for it: a PUT, a VM or an image."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace

from azlab.arm.compute.common import SNAPSHOT
from azlab.arm.compute.disks.frozen_copy import frozen_copy
from azlab.arm.compute.disks.guest_disk import guest_disk
from azlab.arm.compute.disks.state import BACKGROUND_COPY_SECONDS, DIRECT_DRIVE, DiskState, describe_size, performance_of
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.times import now
from azlab.store import Resource


@dataclass(frozen=True)
class Content:
    """The bytes of a new disk: a copy of a resource or of a blob, an upload to come, or zeros.

    `size` is in bytes, without the VHD footer. At most one of `resource`, `key`, `upload` and `imported` is set.
    """

    size: int
    resource: Resource | None = None
    """The disk or snapshot to copy."""
    key: str | None = None
    """The blob to copy."""
    upload: bool = False
    imported: bool = False
    """Whether the bytes stand for a blob in a storage account, which the lab does not have."""
    guest_system: bool = False
    """Whether the bytes are those of the lab's guest disk. A lab without guests writes zeros instead."""
    system: Json = field(default_factory=dict)
    """Properties about the system on the disk, from the image that has the blob to copy."""


@dataclass(frozen=True)
class DiskSpec:
    """A disk or snapshot as its properties describe it."""

    content: Content
    sku: str
    creation: Json
    """creationData as a GET shows it."""
    settings: Json = field(default_factory=dict)
    """Properties about the system on the disk: osType, hyperVGeneration, securityProfile, ..."""
    options: Json = field(default_factory=dict)
    """Properties about the use of the disk: networkAccessPolicy, maxShares, ..."""
    incremental: bool = False
    """Whether a snapshot is incremental."""


def new_key(type: str) -> str:
    """A new blob key. Its first letter says whether the blob belongs to a disk or a snapshot."""
    return f"{'s' if type == SNAPSHOT else 'd'}-{uuid.uuid4()}"


def describe(disk: Resource, spec: DiskSpec) -> None:
    """Fill in the body and the state of a disk whose bytes are not there yet."""
    disk.body["sku"] = {"name": spec.sku, "tier": spec.sku.split("_")[0]}
    properties = {**spec.settings, "creationData": spec.creation}
    content, is_snapshot = spec.content, disk.type == SNAPSHOT
    if not content.upload:
        describe_size(properties, content.size, spec.sku, performance=not is_snapshot)
    elif not is_snapshot:
        properties["diskIOPSReadWrite"], properties["diskMBpsReadWrite"] = performance_of("", 0)
    properties["encryption"] = {"type": "EncryptionAtRestWithPlatformKey"}
    if is_snapshot:
        properties.update(_increments(spec))
    properties.update({"networkAccessPolicy": "AllowAll", "publicNetworkAccess": "Enabled", **spec.options})
    properties.update(timeCreated=now(), provisioningState="Updating", uniqueId=str(uuid.uuid4()))
    disk.body["properties"] = properties
    DiskState(
        making=new_key(disk.type),
        family=str(uuid.uuid4()),
        upload=content.size if content.upload else None,
        imported=content.size if content.imported else None,
        copied=time.time() + BACKGROUND_COPY_SECONDS if is_snapshot and _is_direct_drive(content.resource) else None,
    ).keep(disk)


def _is_direct_drive(source: Resource | None) -> bool:
    return source is not None and source.body["sku"]["name"] in DIRECT_DRIVE


def _increments(spec: DiskSpec) -> Json:
    """The properties about being incremental, which only snapshots have."""
    if not spec.incremental:
        return {"incremental": False}
    source = spec.content.resource
    family = (DiskState.of(source).family if source else None) or str(uuid.uuid4())
    return {"incremental": True, "completionPercent": 100.0, "incrementalSnapshotFamilyId": family}


def write(lab: Lab, key: str, content: Content) -> None:
    """Make the blob `key` with the bytes of a new disk."""
    if content.guest_system and lab.settings.guests:
        content = replace(content, key=guest_disk(lab))
    if content.resource is None and content.key is None:
        lab.blobs.create(key, content.size)
        if not content.upload:
            lab.blobs.write_footer(key)
        return
    if content.resource is not None:
        frozen_copy(lab, content.resource, key)
    else:
        lab.blobs.copy(content.key, key)
    if lab.blobs.size(key) != content.size:
        lab.blobs.resize(key, content.size)
        lab.blobs.write_footer(key)
