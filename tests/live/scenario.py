# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk by upload, a managed image of it, a gallery, an image definition and a version of it: everything in one group, and no VM."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from enum import Enum
from typing import Any

import requests
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import fixed_footer

from tests.live.arm import Answer, Arm

GROUPS, DISKS, IMAGES, GALLERIES = "2021-04-01", "2024-03-02", "2024-07-01", "2024-03-03"
"""The api-versions of the requests; those that the modules use, except for groups."""
SIZE = 20 * 2**20
COST = f"""\
This creates in your subscription, in {{location}}, one resource group with a name of its own ({{group}}), and in it:
  - a managed disk of 1 GiB, into which {SIZE // 2**20} MiB are uploaded, and a managed image of it
  - a Compute Gallery with one image definition and one image version with one replica
No VM is started. All of it costs less than 0.05 USD if it is deleted within the hour. That happens at the end, after an error too.
Requests that Azure should refuse are sent as well; what one of them creates is in the same group."""


class Stage(Enum):
    """The parts of the scenario, after which probes are sent."""

    GROUP = "the resource group exists"
    WAITING = "the disk waits for its upload"
    OPEN = "the disk is open for its upload"
    DISK = "the disk is uploaded"
    IMAGE = "the managed image exists"
    GALLERY = "the gallery exists"
    DEFINITION = "the image definition exists"
    VERSION = "the image version exists"


class Broken(Exception):
    """A request of the scenario that Azure refused."""


class Scenario:
    """One run of the scenario in a new resource group."""

    def __init__(self, arm: Arm, location: str) -> None:
        self._arm = arm
        self.location = location
        self.group = f"goldenimage-live-{secrets.token_hex(4)}"

    def path(self, rest: str) -> str:
        """The path of a resource of Microsoft.Compute in the group of the scenario."""
        return f"resourceGroups/{self.group}/providers/Microsoft.Compute/{rest}"

    def id(self, rest: str) -> str:
        """The id of such a resource."""
        return f"/subscriptions/{self._arm.subscription}/{self.path(rest)}"

    def body(self, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
        """The body of a resource in the region of the scenario."""
        return {"location": self.location, "properties": properties, **more}

    def stages(self) -> Iterator[Stage]:
        """Go through the scenario, one stage at a time; raise Broken if Azure refuses a request of it."""
        self._must("PUT", f"resourceGroups/{self.group}", GROUPS, {"location": self.location, "tags": {"made-by": "goldenimage live"}})
        yield Stage.GROUP
        self._must("PUT", self.path("disks/os"), DISKS, self.body(upload(SIZE + 512)))
        yield Stage.WAITING
        access = {"access": "Write", "durationInSeconds": 3600}
        granted = self._must("POST", self.path("disks/os/beginGetAccess"), DISKS, access)
        yield Stage.OPEN
        _put_footer(str(granted.body["accessSAS"]))
        self._must("POST", self.path("disks/os/endGetAccess"), DISKS, None)
        yield Stage.DISK
        self._must("PUT", self.path("images/image"), IMAGES, self.body(image_of(self.id("disks/os"))))
        yield Stage.IMAGE
        self._must("PUT", self.path("galleries/gallery"), GALLERIES, self.body({"description": "goldenimage live"}))
        yield Stage.GALLERY
        self._must("PUT", self.path("galleries/gallery/images/linux"), GALLERIES, self.body(definition_of("linux")))
        yield Stage.DEFINITION
        self._must("PUT", self.path("galleries/gallery/images/linux/versions/1.0.0"), GALLERIES, self.body(version_of(self)))
        yield Stage.VERSION

    def delete(self) -> None:
        """Delete the group with everything in it, and wait until it is gone; a group that does not exist is fine."""
        answer = self._arm.send("DELETE", f"resourceGroups/{self.group}", GROUPS, None)
        if answer.refused and answer.status != 404:
            raise Broken(f"{answer.status} {answer.code}: {answer.text}")

    def _must(self, method: str, path: str, api: str, body: Any) -> Answer:
        answer = self._arm.send(method, path, api, body)
        if answer.refused or answer.status >= 400:
            raise Broken(f"{method} {path}: {answer.status} {answer.code}: {answer.text}")
        return answer


def upload(size: int) -> dict[str, Any]:
    """A disk that is created by an upload of so many bytes."""
    return {"creationData": {"createOption": "Upload", "uploadSizeBytes": size}, "osType": "Linux", "hyperVGeneration": "V1"}


def image_of(*disks: str) -> dict[str, Any]:
    """A managed image of an OS disk and data disks."""
    data = [{"lun": lun, "managedDisk": {"id": disk}} for lun, disk in enumerate(disks[1:])]
    os_disk = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": disks[0]}}
    return {"hyperVGeneration": "V1", "storageProfile": {"osDisk": os_disk, **({"dataDisks": data} if data else {})}}


def definition_of(sku: str, **more: Any) -> dict[str, Any]:
    """An image definition for generalized Linux images."""
    identifier = {"publisher": "goldenimage", "offer": "live", "sku": sku}
    return {"osType": "Linux", "osState": "Generalized", "hyperVGeneration": "V1", "identifier": identifier, **more}


def version_of(run: Scenario, **more: Any) -> dict[str, Any]:
    """A version of the managed image, with one replica in the region of the scenario, and with more in its publishing profile."""
    profile = {"targetRegions": [{"name": run.location, "regionalReplicaCount": 1}], **more}
    return {"publishingProfile": profile, "storageProfile": {"source": {"id": run.id("images/image")}}}


def _put_footer(sas: str) -> None:
    """Send the footer of an empty disk, without which Azure refuses the disk."""
    footer = fixed_footer(SIZE, hashlib.sha256(b"").hexdigest())
    headers = {"x-ms-version": "2020-10-02", "x-ms-page-write": "update", "x-ms-range": f"bytes={SIZE}-{SIZE + 511}"}
    answer = requests.put(f"{sas}&comp=page", data=footer, headers=headers, timeout=60)
    if answer.status_code != 201:
        raise Broken(f"sending the footer of the disk: {answer.status_code}")
