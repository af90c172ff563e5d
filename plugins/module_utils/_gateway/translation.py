# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""REST JSON to values of ``_planning/model.py``. Pure; what Azure leaves out gets the model's default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import (
    AttachedDisk,
    Disk,
    Image,
    ImageDisk,
    Nic,
    Snapshot,
    Vm,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.times import utc

Json = Mapping[str, Any]


def vm(raw: Json) -> Vm:
    """A VM read with its instance view."""
    properties, storage = _properties(raw), _at(raw, "properties", "storageProfile")
    statuses = _statuses(_at(properties, "instanceView"))
    profile, diagnostics = _at(properties, "osProfile"), _at(properties, "diagnosticsProfile", "bootDiagnostics")
    return Vm(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        vm_id=str(properties.get("vmId", "")).lower(),
        os_disk=attached(_at(storage, "osDisk")),
        data_disks=tuple(sorted((attached(disk) for disk in storage.get("dataDisks") or []), key=lambda disk: disk.lun or 0)),
        power=statuses.get("powerstate", ""),
        generalized=statuses.get("osstate") == "generalized",
        provisioning_state=properties.get("provisioningState", ""),
        os_type=_at(storage, "osDisk").get("osType", "Linux"),
        size=_at(properties, "hardwareProfile").get("vmSize"),
        security_type=_at(properties, "securityProfile").get("securityType"),
        nics=tuple(ResourceId.parse(nic["id"]) for nic in _at(properties, "networkProfile").get("networkInterfaces") or []),
        zones=tuple(raw.get("zones") or ()),
        plan={key: value for key, value in (raw.get("plan") or {}).items() if value} or None,
        image=_image_reference(_at(storage, "imageReference")),
        computer_name=profile.get("computerName"),
        admin_username=profile.get("adminUsername"),
        agent_status=_agent(_at(properties, "instanceView", "vmAgent")),
        boot_diagnostics=bool(diagnostics.get("enabled")) and not diagnostics.get("storageUri"),
        tags=raw.get("tags") or {},
    )


def image(raw: Json) -> Image:
    """A managed image."""
    properties, storage = _properties(raw), _at(raw, "properties", "storageProfile")
    os_disk = _at(storage, "osDisk")
    return Image(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        provisioning_state=properties.get("provisioningState", ""),
        source=_id(properties.get("sourceVirtualMachine")),
        os_type=os_disk.get("osType"),
        os_state=os_disk.get("osState"),
        hyper_v_generation=properties.get("hyperVGeneration"),
        os_disk=_image_disk(os_disk) if os_disk else None,
        data_disks=tuple(sorted((_image_disk(disk) for disk in storage.get("dataDisks") or []), key=lambda disk: disk.lun or 0)),
        zone_resilient=bool(storage.get("zoneResilient")),
        tags=raw.get("tags") or {},
    )


def disk(raw: Json) -> Disk:
    """A managed disk."""
    properties, creation = _properties(raw), _at(raw, "properties", "creationData")
    return Disk(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        unique_id=properties.get("uniqueId", ""),
        state=properties.get("diskState", ""),
        provisioning_state=properties.get("provisioningState", ""),
        os_type=properties.get("osType"),
        hyper_v_generation=properties.get("hyperVGeneration"),
        architecture=_at(properties, "supportedCapabilities").get("architecture"),
        security_type=_at(properties, "securityProfile").get("securityType"),
        size_bytes=properties.get("diskSizeBytes"),
        size_gib=properties.get("diskSizeGB"),
        storage_account_type=_at(raw, "sku").get("name"),
        create_option=creation.get("createOption"),
        upload_size_bytes=creation.get("uploadSizeBytes"),
        source=_parse(creation.get("sourceResourceId")),
        managed_by=_parse(raw.get("managedBy")),
        ownership_time=utc(properties.get("LastOwnershipUpdateTime") or properties.get("lastOwnershipUpdateTime")),
        time_created=utc(properties.get("timeCreated")),
        zones=tuple(raw.get("zones") or ()),
        tags=raw.get("tags") or {},
    )


def snapshot(raw: Json) -> Snapshot:
    """A snapshot of a managed disk."""
    properties, creation = _properties(raw), _at(raw, "properties", "creationData")
    return Snapshot(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        provisioning_state=properties.get("provisioningState", ""),
        source=_parse(creation.get("sourceResourceId")),
        source_unique_id=creation.get("sourceUniqueId", ""),
        unique_id=properties.get("uniqueId", ""),
        incremental=bool(properties.get("incremental")),
        os_type=properties.get("osType"),
        hyper_v_generation=properties.get("hyperVGeneration"),
        architecture=_at(properties, "supportedCapabilities").get("architecture"),
        security_type=_at(properties, "securityProfile").get("securityType"),
        size_bytes=properties.get("diskSizeBytes"),
        size_gib=properties.get("diskSizeGB"),
        storage_account_type=_at(raw, "sku").get("name"),
        time_created=utc(properties.get("timeCreated")),
        completion_percent=properties.get("completionPercent"),
        tags=raw.get("tags") or {},
    )


def nic(raw: Json) -> Nic:
    """A network interface; its first configuration speaks for it."""
    properties = _properties(raw)
    first = _properties((properties.get("ipConfigurations") or [{}])[0])
    return Nic(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        private_ip=first.get("privateIPAddress"),
        subnet=_id(first.get("subnet")),
        mac=properties.get("macAddress"),
        tags=raw.get("tags") or {},
    )


def _at(raw: Json, *path: str) -> Json:
    """The object at a path; an empty one where any part is missing or null."""
    for key in path:
        raw = raw.get(key) or {}
    return raw


def _properties(raw: Json) -> Json:
    return _at(raw, "properties")


def _parse(text: str | None) -> ResourceId | None:
    return ResourceId.parse(text) if text else None


def _id(raw: Json | None) -> ResourceId | None:
    return _parse((raw or {}).get("id"))


def _statuses(view: Json) -> dict[str, str]:
    """``PowerState/running`` as powerstate: running, and so on."""
    codes = (str(status.get("code", "")).partition("/") for status in view.get("statuses") or [])
    return {kind.lower(): word.lower() for kind, _slash, word in codes}


def _agent(view: Json) -> str | None:
    return next((status.get("displayStatus") for status in view.get("statuses") or []), None)


def _image_reference(raw: Json) -> str | None:
    """The id of the image that a VM was made from; an image of the Marketplace has none, only a URN."""
    urn = [raw.get(key) for key in ("publisher", "offer", "sku", "version")]
    found = raw.get("id") or raw.get("communityGalleryImageId") or raw.get("sharedGalleryImageId")
    return found or (":".join(map(str, urn)) if all(urn) else None)


def attached(raw: Json) -> AttachedDisk:
    managed = _at(raw, "managedDisk")
    return AttachedDisk(
        name=raw.get("name", ""),
        disk=_parse(managed.get("id")),
        lun=raw.get("lun"),
        size_gib=raw.get("diskSizeGB"),
        caching=raw.get("caching"),
        storage_account_type=managed.get("storageAccountType"),
        ephemeral=_at(raw, "diffDiskSettings").get("option") == "Local",
        create_option=raw.get("createOption"),
        delete_option=raw.get("deleteOption"),
    )


def _image_disk(raw: Json) -> ImageDisk:
    return ImageDisk(
        source=_at(raw, "managedDisk").get("id") or _at(raw, "snapshot").get("id") or raw.get("blobUri"),
        lun=raw.get("lun"),
        size_gib=raw.get("diskSizeGB"),
        caching=raw.get("caching"),
        storage_account_type=raw.get("storageAccountType"),
    )
