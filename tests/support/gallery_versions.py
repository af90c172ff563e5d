# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions in a gallery of the lab, and the bodies of requests for them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.gallery_bodies import GALLERIES, features
from tests.support.lab_gallery import LabGallery
from tests.support.running_lab import LOCATION


@dataclass(frozen=True)
class LabVersions(LabGallery):
    """A gallery in a lab, with methods that create versions in it."""

    def image(self, name: str = "i", security: str = "", **more: Any) -> str:
        """Create an image definition for Linux, and return its id."""
        self.definition(name, **({"features": features(SecurityType=security)} if security else {}), **more)
        return f"{self.id}/images/{name}"

    def put(self, id: str, body: dict[str, Any], api: str = GALLERIES) -> httpx.Response:
        """Send the PUT of a version, without waiting for anything."""
        return self.lab.arm("PUT", id, body, api)

    def create(self, image: str, storage: dict[str, Any], name: str = "1.0.0", regions: Any = (LOCATION,), **more: Any) -> dict[str, Any]:
        """Create a version and wait until its operation has ended; return it with its replicas."""
        self.done(self.put(f"{image}/versions/{name}", body_of_version(storage, regions, **more)))
        return self.show(f"{image}/versions/{name}")

    def show(self, id: str, expand: str = "ReplicationStatus", api: str = GALLERIES) -> dict[str, Any]:
        """A version as a GET with `$expand` shows it."""
        return dict(self.shown(id, expand, api).raise_for_status().json())

    def shown(self, id: str, expand: str = "ReplicationStatus", api: str = GALLERIES) -> httpx.Response:
        """The answer to a GET of a version with `$expand`."""
        return self.lab.http.get(id, params={"api-version": api, "$expand": expand})

    def replicas(self, id: str) -> dict[str, str]:
        """The state of each replica of a version."""
        return {row["region"]: row["state"] for row in self.show(id)["properties"]["replicationStatus"]["summary"]}

    def result(self, answer: httpx.Response) -> dict[str, Any]:
        """The record of the operation that an answer began, when it has ended."""
        assert answer.is_success, answer.text
        until = time.monotonic() + 60
        while (record := dict(self.lab.http.get(answer.headers["azure-asyncoperation"]).json()))["status"] == "InProgress":
            assert time.monotonic() < until, record
            time.sleep(0.02)
        return record

    def done(self, answer: httpx.Response) -> None:
        """Wait for an operation, which must succeed."""
        record = self.result(answer)
        assert record["status"] == "Succeeded", record


def body_of_version(storage: dict[str, Any], regions: Any = (LOCATION,), **more: Any) -> dict[str, Any]:
    """The body of a PUT of a version. `storage` is its storageProfile; `profile` adds to its publishingProfile, `tags` are its tags."""
    targets = [each if isinstance(each, dict) else {"name": each} for each in regions]
    profile = {"targetRegions": targets, **more.pop("profile", {})}
    tags = {"tags": more.pop("tags")} if "tags" in more else {}
    return {"location": LOCATION, **tags, "properties": {"publishingProfile": profile, "storageProfile": storage, **more}}


def of_disk(id: str, *data: str) -> dict[str, Any]:
    """A storageProfile of single disks or snapshots."""
    found: dict[str, Any] = {"osDiskImage": {"source": {"id": id}}}
    if data:
        found["dataDiskImages"] = [{"lun": lun, "source": {"id": each}} for lun, each in enumerate(data)]
    return found


def of_vm(id: str) -> dict[str, Any]:
    """A storageProfile of a VM."""
    return {"source": {"virtualMachineId": id}}


def of_whole(id: str) -> dict[str, Any]:
    """A storageProfile of a managed image or another version."""
    return {"source": {"id": id}}
