# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts into the lab what recordings need and it cannot create itself: groups, network interfaces, platform images, source blobs."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.contract.golden.client import Client
from tests.contract.golden.names import pairs
from tests.contract.golden.read import Recording

NETWORK_API = "2022-07-01"


@cache
def _listed() -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("seeds.yml").read_text())
    return listed


def write_outside(state: Path) -> None:
    """Write the list of additional platform images and source blobs into the state directory of the lab."""
    images = [
        {
            **{key: image[key] for key in ("publisher", "offer", "sku", "version")},
            "osType": image["os_type"],
            "diskSizeGB": image["size_gib"],
            "hyperVGeneration": "V1",
            "dataDisks": [],
        }
        for image in _listed()["platform_images"]
    ]
    blobs = {blob["uri"]: {"diskSizeGB": blob["size_gib"]} for blob in _listed()["source_blobs"]}
    (state / "outside.json").write_text(json.dumps({"platformImages": images, "blobs": blobs}, indent=2) + "\n")


def has_platform_image(reference: dict[str, Any]) -> bool:
    """Whether the reviewed list has the image that a VM is made from."""
    keys = ("publisher", "offer", "sku")
    return any(all(str(reference.get(key, "")).lower() == image[key].lower() for key in keys) for image in _listed()["platform_images"])


def has_blob(uri: str) -> bool:
    """Whether the reviewed list has the blob that a disk is made from."""
    return any(uri.lower() == blob["uri"].lower() for blob in _listed()["source_blobs"])


def seed_group(client: Client, name: str, location: str) -> None:
    """A resource group."""
    client.put(f"/subscriptions/{client.subscription}/resourceGroups/{name}", "2021-04-01", {"location": location})


def seed_interfaces(client: Client, vm: dict[str, Any]) -> None:
    """The network interfaces that the body of a VM names, under their new names."""
    for interface in vm["properties"].get("networkProfile", {}).get("networkInterfaces", []):
        _seed_interface(client, interface["id"], vm["location"])


def _seed_interface(client: Client, id: str, location: str) -> None:
    group, name = id.split("/providers/")[0], id.rsplit("/", 1)[1]
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/{name}-net"
    subnets = [{"name": "default", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}
    client.put(network, NETWORK_API, {"location": location, "properties": space})
    address = {"name": "ip", "properties": {"subnet": {"id": f"{network}/subnets/default"}}}
    client.put(id, NETWORK_API, {"location": location, "properties": {"ipConfigurations": [address]}})


def on_managed_disks(body: Any) -> dict[str, Any] | None:
    """The body of the same VM with managed disks; None when a body has no disk on a blob."""
    body = copy.deepcopy(body)
    storage = body.get("properties", {}).get("storageProfile", {}) if isinstance(body, dict) else {}
    on_blobs = [disk for disk in [storage.get("osDisk", {}), *storage.get("dataDisks", [])] if "vhd" in disk]
    for disk in on_blobs:
        del disk["vhd"]
        disk["managedDisk"] = {"storageAccountType": "Standard_LRS"}
    return body if on_blobs else None


def of_managed_disks(answer: Any) -> Any:
    """The recorded answer for an image of a VM on blobs, changed to that for a VM with managed disks."""
    answer = copy.deepcopy(answer)
    properties = answer.get("properties", {}) if isinstance(answer, dict) else {}
    if "sourceVirtualMachine" in properties:
        storage, vm = properties["storageProfile"], properties["sourceVirtualMachine"]["id"]
        for disk in [storage["osDisk"], *storage["dataDisks"]]:
            if disk.pop("blobUri", None):
                disk["managedDisk"] = {"id": f"{vm.rsplit('/', 2)[0]}/disks/any"}
    return answer


def groups_of(recording: Recording) -> Iterator[str]:
    """The resource groups that a recording uses, except those that Azure did not find."""
    seen = set()
    for exchange in recording.exchanges:
        error = exchange.answer.get("error") if isinstance(exchange.answer, dict) else None
        for kind, name in pairs(exchange.path) if "/providers/" in exchange.path else ():
            if kind == "resourcegroups" and name.lower() not in seen and (error or {}).get("code") != "ResourceGroupNotFound":
                seen.add(name.lower())
                yield name


def location_of(recording: Recording) -> str:
    """The region that a recording works in."""
    bodies = (exchange.body for exchange in recording.exchanges if isinstance(exchange.body, dict))
    return next((body["location"] for body in bodies if "location" in body), "westus")
