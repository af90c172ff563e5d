# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network interface of a new VM, as a part of the request that creates the VM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.ids import ResourceId
from .._core.limits import LONGEST_NAME

NETWORK_API = "2020-11-01"
"""The API version that defines the network interface inside a request for a VM."""


def network_profile(vm: str, subnet: ResourceId | None, tags: Mapping[str, str]) -> dict[str, Any]:
    """A new interface in a subnet, without a public address, which is deleted with the VM.

    It has the tags of the VM, because a policy may require the user's tags of every resource.
    """
    address = {"name": "primary", "properties": {"primary": True, "subnet": {"id": str(subnet)}}}
    nic = {"primary": True, "deleteOption": "Delete", "ipConfigurations": [address]}
    return {
        "networkApiVersion": NETWORK_API,
        "networkInterfaceConfigurations": [{"name": f"{vm}-nic"[:LONGEST_NAME], "properties": nic, "tags": dict(tags)}],
    }
