# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the request that creates a VM. What it creates is deleted with the VM; existing disks are kept."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ..._core.market_names import URN
from ..network import network_profile
from .request import BootRequest, DataDisk
from .source import Source


def vm_body(request: BootRequest, source: Source, tags: Mapping[str, str]) -> dict[str, Any]:
    """A VM in the zone of its disks, with the Marketplace plan of its source. The login of a specialized source stays as it is."""
    zones = (request.zone,) if request.zone else source.zones
    properties: dict[str, Any] = {
        "hardwareProfile": {"vmSize": request.size},
        "storageProfile": _storage(request, source),
        "networkProfile": network_profile(request.vm.name, request.subnet, tags),
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        **source.security.profile(request.secure_boot),
    }
    if not source.is_specialized:
        properties["osProfile"] = _os_profile(request, source.os_type)
    return {
        "location": source.location,
        **({"zones": list(zones)} if zones else {}),
        **({"plan": source.plan} if source.plan else {}),
        "tags": dict(tags),
        "properties": properties,
    }


def _storage(request: BootRequest, source: Source) -> dict[str, Any]:
    sku = {"storageAccountType": request.storage_account_type}
    luns = [disk.lun for disk in source.coming if disk.lun is not None]
    coming = [{"lun": lun, "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": sku} for lun in luns]
    disks = sorted([*coming, *(_data_disk(each, sku) for each in request.data_disks)], key=lambda each: each["lun"])
    os_sku = {**sku, **source.security.disk_profile}
    if request.os_disk is not None:
        os_disk = {
            "osType": source.os_type,
            "createOption": "Attach",
            "deleteOption": "Detach",
            "managedDisk": {"id": str(request.os_disk), **source.security.disk_profile},
        }
        return {"osDisk": os_disk, "dataDisks": disks}
    return {
        "imageReference": _reference(request),
        "osDisk": {"createOption": "FromImage", "deleteOption": "Delete", "caching": "ReadWrite", "managedDisk": os_sku},
        "dataDisks": disks,
    }


def _data_disk(each: DataDisk, sku: Mapping[str, str]) -> dict[str, Any]:
    if each.disk is not None:
        return {"lun": each.lun, "createOption": "Attach", "deleteOption": "Detach", "managedDisk": {"id": str(each.disk)}}
    return {"lun": each.lun, "createOption": "Empty", "deleteOption": "Delete", "diskSizeGB": each.size_gib, "managedDisk": dict(sku)}


def _reference(request: BootRequest) -> dict[str, str]:
    """The image reference: Azure has other properties for Marketplace images and for shared and community galleries."""
    text = (request.other_image or "").casefold()
    if URN.fullmatch(text):
        return dict(zip(("publisher", "offer", "sku", "version"), request.source.split(":"), strict=True))
    if text.startswith("/communitygalleries/"):
        return {"communityGalleryImageId": request.source}
    return {"sharedGalleryImageId" if text.startswith("/sharedgalleries/") else "id": request.source}


def _os_profile(request: BootRequest, os_type: str) -> dict[str, Any]:
    user = request.admin_username
    profile: dict[str, Any] = {"computerName": request.computer_name or request.vm.name, "adminUsername": user}
    if request.admin_password:
        profile["adminPassword"] = request.admin_password
    if request.custom_data is not None:
        profile["customData"] = base64.b64encode(request.custom_data.encode()).decode()
    if os_type == "Windows":
        profile["windowsConfiguration"] = {"provisionVMAgent": True}
        return profile
    profile["linuxConfiguration"] = {"disablePasswordAuthentication": not request.admin_password, "provisionVMAgent": True}
    if request.ssh_public_keys:
        keys = [{"path": f"/home/{user}/.ssh/authorized_keys", "keyData": key.strip()} for key in request.ssh_public_keys]
        profile["linuxConfiguration"]["ssh"] = {"publicKeys": keys}
    return profile
