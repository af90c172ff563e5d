# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing a virtual machine from Azure's JSON."""

from __future__ import annotations

from ..._core.ids import ResourceId
from ..._core.model.vm import AttachedDisk, Vm
from .json import Json, at, id_from, properties_of


def parse_vm(raw: Json) -> Vm:
    """A VM that was read with its instance view; without a view its power state is empty."""
    properties, storage = properties_of(raw), at(raw, "properties", "storageProfile")
    statuses = _statuses(at(properties, "instanceView"))
    profile, diagnostics = at(properties, "osProfile"), at(properties, "diagnosticsProfile", "bootDiagnostics")
    return Vm(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        vm_id=str(properties.get("vmId", "")).lower(),
        os_disk=parse_attached(at(storage, "osDisk")),
        data_disks=tuple(sorted((parse_attached(disk) for disk in storage.get("dataDisks") or []), key=lambda disk: disk.lun or 0)),
        power=statuses.get("powerstate", ""),
        generalized=statuses.get("osstate") == "generalized",
        hibernated=statuses.get("hibernationstate") == "hibernated",
        provisioning_state=properties.get("provisioningState", ""),
        os_type=at(storage, "osDisk").get("osType", "Linux"),
        size=at(properties, "hardwareProfile").get("vmSize"),
        security_type=at(properties, "securityProfile").get("securityType"),
        secure_boot=at(properties, "securityProfile", "uefiSettings").get("secureBootEnabled"),
        disk_controller=storage.get("diskControllerType"),
        nics=tuple(ResourceId.parse(nic["id"]) for nic in at(properties, "networkProfile").get("networkInterfaces") or []),
        zones=tuple(raw.get("zones") or ()),
        plan={key: value for key, value in (raw.get("plan") or {}).items() if value} or None,
        image=_image_reference(at(storage, "imageReference")),
        computer_name=profile.get("computerName"),
        admin_username=profile.get("adminUsername"),
        agent_status=_agent(at(properties, "instanceView", "vmAgent")),
        boot_diagnostics=bool(diagnostics.get("enabled")) and not diagnostics.get("storageUri"),
        extensions=tuple(map(_extension, raw.get("resources") or [])),
        tags=raw.get("tags") or {},
    )


def _extension(raw: Json) -> str:
    """The name of an extension in the resources of a VM, which Azure gives with its name or only with its id."""
    return str(raw.get("name") or raw.get("id", "")).rpartition("/")[2]


def _statuses(view: Json) -> dict[str, str]:
    """The codes of an instance view by kind: ``PowerState/running`` as powerstate: running."""
    codes = (str(status.get("code", "")).partition("/") for status in view.get("statuses") or [])
    return {kind.lower(): word.lower() for kind, _slash, word in codes}


def _agent(view: Json) -> str | None:
    """The status of the VM agent, for example Ready."""
    return next((status.get("displayStatus") for status in view.get("statuses") or []), None)


def _image_reference(raw: Json) -> str | None:
    """The id of the image that a VM was made from, or the URN of one from the Marketplace, which has no id."""
    urn = [raw.get(key) for key in ("publisher", "offer", "sku", "version")]
    found = raw.get("id") or raw.get("communityGalleryImageId") or raw.get("sharedGalleryImageId")
    return found or (":".join(map(str, urn)) if all(urn) else None)


def parse_attached(raw: Json) -> AttachedDisk:
    """A disk in the storage profile of a VM."""
    managed = at(raw, "managedDisk")
    return AttachedDisk(
        name=raw.get("name", ""),
        disk=id_from(managed.get("id")),
        lun=raw.get("lun"),
        size_gib=raw.get("diskSizeGB"),
        caching=raw.get("caching"),
        storage_account_type=managed.get("storageAccountType"),
        ephemeral=at(raw, "diffDiskSettings").get("option") == "Local",
        encrypted=bool(at(raw, "encryptionSettings").get("enabled")),
        create_option=raw.get("createOption"),
        delete_option=raw.get("deleteOption"),
        write_accelerator=bool(raw.get("writeAcceleratorEnabled")),
    )
