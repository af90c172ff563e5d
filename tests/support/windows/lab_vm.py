# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM of a lab whose guest is a simulated Windows."""

from __future__ import annotations

from typing import Any

from tests.support.bodies import inline_nic
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION
from tests.support.windows import disk
from tests.support.windows.guest import Guest


def put_windows_vm(group: LabGroup, guest: Guest, name: str = "web-01", **more: Any) -> str:
    """Create a running VM whose OS disk has the content of a guest, tell the guest its VM, and return the id of the VM."""
    os_disk = group.disk(f"{name}-os", osType="Windows", hyperVGeneration="V2")
    body = windows_vm(os_disk.id, group.subnet(), **more)
    body["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = f"{name}-nic"
    made = group.put_vm(body, name)
    guest.data |= {"vm_id": made.vm_id, "imds": {"name": name}}
    guest.data["disk"] = {"lab": str(group.lab.settings.state), "vm": group.id("virtualMachines", name)}
    guest.save()
    disk.write(guest)
    return str(guest.data["disk"]["vm"])


def windows_vm(os_disk: str, subnet: str, **more: Any) -> dict[str, Any]:
    """The request body of a Windows VM on a specialized disk."""
    properties = {
        "hardwareProfile": {"vmSize": "Standard_B1s"},
        "storageProfile": {"osDisk": {"createOption": "Attach", "osType": "Windows", "managedDisk": {"id": os_disk}}},
        "networkProfile": inline_nic(subnet),
        **more,
    }
    return {"location": LOCATION, "properties": properties}
