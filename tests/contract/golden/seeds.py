# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates what recordings need but do not create: resource groups, network interfaces, platform images, source blobs and the catalogue."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from azlab.client import NETWORKS_VERSION, LabClient

from tests.contract.golden.catalogue import catalogues
from tests.contract.golden.names import pairs
from tests.contract.golden.read import Recording


@cache
def _listed() -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("seeds.yml").read_text())
    return listed


def write_outside(state: Path, recordings: list[Recording]) -> None:
    """Write what is outside of the lab to the file from which the lab in this state directory reads it.

    These are the platform images and source blobs of seeds.yml, and the catalogue as the recordings show it.
    """
    images = [
        {
            **{key: image[key] for key in ("publisher", "offer", "sku", "version")},
            "osType": image["os_type"],
            "diskSizeGB": image["size_gib"],
            **({"diskSizeBytes": image["size_bytes"]} if "size_bytes" in image else {}),
            "plan": image.get("plan", False),
            "hyperVGeneration": "V1",
            "dataDisks": [],
        }
        for image in _listed()["platform_images"]
    ]
    blobs = {blob["uri"]: {"diskSizeGB": blob["size_gib"]} for blob in _listed()["source_blobs"]}
    outside = {"platformImages": images, "blobs": blobs, "catalogues": catalogues(recordings)}
    (state / "outside.json").write_text(json.dumps(outside, indent=2) + "\n")


def has_platform_image(reference: dict[str, Any]) -> bool:
    """Whether seeds.yml lists the platform image of a VM."""
    keys = ("publisher", "offer", "sku")
    return any(all(str(reference.get(key, "")).lower() == image[key].lower() for key in keys) for image in _listed()["platform_images"])


def has_blob(uri: str) -> bool:
    """Whether seeds.yml lists the source blob of a disk."""
    return any(uri.lower() == blob["uri"].lower() for blob in _listed()["source_blobs"])


def seed_interfaces(lab: LabClient, vm: dict[str, Any]) -> None:
    """Create the network interfaces that the body of a VM names. The body has new names already."""
    for interface in vm["properties"].get("networkProfile", {}).get("networkInterfaces", []):
        _seed_interface(lab, interface["id"], vm["location"])


def _seed_interface(lab: LabClient, id: str, location: str) -> None:
    root, name = id.split("/providers/")[0], id.rsplit("/", 1)[1]
    subnet = lab.put_subnet(root.rsplit("/", 1)[1], f"{name}-net", location=location)
    address = {"name": "ip", "properties": {"subnet": {"id": subnet}}}
    lab.put(id, NETWORKS_VERSION, {"location": location, "properties": {"ipConfigurations": [address]}})


def on_managed_disks(body: Any) -> dict[str, Any] | None:
    """The body of a VM with managed disks instead of blobs; None if the body has no blobs."""
    body = copy.deepcopy(body)
    storage = body.get("properties", {}).get("storageProfile", {}) if isinstance(body, dict) else {}
    on_blobs = [disk for disk in [storage.get("osDisk", {}), *storage.get("dataDisks", [])] if "vhd" in disk]
    for disk in on_blobs:
        del disk["vhd"]
        disk["managedDisk"] = {"storageAccountType": "Standard_LRS"}
    return body if on_blobs else None


def of_managed_disks(answer: Any) -> Any:
    """A recorded image of a VM with blobs, as Azure would return it if that VM had managed disks."""
    answer = copy.deepcopy(answer)
    properties = answer.get("properties", {}) if isinstance(answer, dict) else {}
    if "sourceVirtualMachine" in properties:
        storage, vm = properties["storageProfile"], properties["sourceVirtualMachine"]["id"]
        for disk in [storage["osDisk"], *storage["dataDisks"]]:
            if disk.pop("blobUri", None):
                disk["managedDisk"] = {"id": f"{vm.rsplit('/', 2)[0]}/disks/any"}
    return answer


def groups_of(recording: Recording) -> Iterator[str]:
    """The resource groups of a recording, except those that Azure did not find."""
    seen = set()
    for exchange in recording.exchanges:
        error = exchange.answer.get("error") if isinstance(exchange.answer, dict) else None
        for kind, name in pairs(exchange.path) if "/providers/" in exchange.path else ():
            if kind == "resourcegroups" and name.lower() not in seen and (error or {}).get("code") != "ResourceGroupNotFound":
                seen.add(name.lower())
                yield name


def location_of(recording: Recording) -> str:
    """The region of the first resource of a recording."""
    bodies = (exchange.body for exchange in recording.exchanges if isinstance(exchange.body, dict))
    return next((body["location"] for body in bodies if "location" in body), "westus")
