# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request bodies of the control plane, as a caller of the REST API would write them."""

from __future__ import annotations

from typing import Any

from tests.support.running_lab import LOCATION, MIB

UPLOAD = 20 * MIB + 512


def empty_disk(size: int = 1, **more: Any) -> dict[str, Any]:
    """An empty disk."""
    return {"location": LOCATION, "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": size, **more}}


def copy_of(id: str, **more: Any) -> dict[str, Any]:
    """A copy or snapshot of a disk or snapshot."""
    return {"location": LOCATION, "properties": {"creationData": {"createOption": "Copy", "sourceResourceId": id}, **more}}


def upload_disk(size: int = UPLOAD, **more: Any) -> dict[str, Any]:
    """A disk that is created by an upload."""
    creation = {"createOption": "Upload", "uploadSizeBytes": size}
    return {"location": LOCATION, "properties": {"creationData": creation, "osType": "Linux", "hyperVGeneration": "V1", **more}}


def image_of_disk(id: str, **more: Any) -> dict[str, Any]:
    """An image of one managed disk."""
    os_disk = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": id}}
    return {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": {"osDisk": os_disk}, **more}}


def image_of_vm(id: str, **more: Any) -> dict[str, Any]:
    """An image of a VM with all its disks."""
    return {"location": LOCATION, "properties": {"sourceVirtualMachine": {"id": id}, **more}}


def os_profile(**more: Any) -> dict[str, Any]:
    """A Linux OS profile with a password."""
    return {"computerName": "host", "adminUsername": "ada", "adminPassword": "Correct-horse-7", **more}


def inline_nic(subnet: str, delete: str = "Delete") -> dict[str, Any]:
    """A network profile whose interface is created together with the VM."""
    ip = {"name": "ip", "properties": {"subnet": {"id": subnet}}}
    nic = {"name": "nic", "properties": {"primary": True, "deleteOption": delete, "ipConfigurations": [ip]}}
    return {"networkApiVersion": "2020-11-01", "networkInterfaceConfigurations": [nic]}


def vm_of_disk(disk: str, subnet: str, **more: Any) -> dict[str, Any]:
    """A VM on a specialized disk."""
    properties = {
        "hardwareProfile": {"vmSize": "Standard_B1s"},
        "storageProfile": {"osDisk": {"createOption": "Attach", "osType": "Linux", "managedDisk": {"id": disk}}},
        "networkProfile": inline_nic(subnet),
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        **more,
    }
    return {"location": LOCATION, "properties": properties}


def vm_of_image(image: str, subnet: str, os_disk: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A VM from a generalized image."""
    body = vm_of_disk("", subnet, **{"osProfile": os_profile(), **more})
    body["properties"]["storageProfile"] = {
        "imageReference": {"id": image},
        "osDisk": {"createOption": "FromImage", "caching": "ReadWrite", "deleteOption": "Delete", **(os_disk or {})},
        **more.get("storageProfile", {}),
    }
    return body
