# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galleries of a lab, by plain HTTP: the api-version of each request is the test's own choice."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import httpx

from tests.support.gallery_bodies import GALLERIES, definition, gallery
from tests.support.running_lab import RunningLab


@dataclass(frozen=True)
class LabGallery:
    """One gallery in a lab, which `made` creates: sends requests below it and waits for their operations."""

    lab: RunningLab
    group: str
    name: str = "g"
    version: str = GALLERIES

    @property
    def id(self) -> str:
        """The id of the gallery."""
        return (
            f"/subscriptions/{self.lab.settings.subscription}/resourceGroups/{self.group}/providers/Microsoft.Compute/galleries/{self.name}"
        )

    def at(self, version: str) -> LabGallery:
        """The same gallery, asked with another api-version."""
        return replace(self, version=version)

    def made(self, permissions: str | None = None, **more: Any) -> LabGallery:
        """Create the gallery."""
        assert self.ask("PUT", "", gallery(permissions, **more)).status_code == 201
        return self

    def definition(self, name: str = "i", **more: Any) -> dict[str, Any]:
        """Create an image definition and return its properties."""
        assert self.ask("PUT", f"images/{name}", definition(f"sku-{name}", **more)).status_code == 201
        return self.properties(f"images/{name}")

    def ask(self, method: str, below: str = "", body: Any = None) -> httpx.Response:
        """Send a request to the gallery or to a path below it, and wait until the operation that it began has ended well."""
        answer = self.lab.arm(method, f"{self.id}/{below}".rstrip("/"), body, self.version)
        self.lab_wait(answer)
        return answer

    def lab_wait(self, answer: httpx.Response) -> None:
        """Wait for the operation that an answer names."""
        url = answer.headers.get("azure-asyncoperation")
        while url and (status := self.lab.http.get(url).json()["status"]) != "Succeeded":
            assert status == "InProgress", self.lab.http.get(url).json()
            time.sleep(0.02)

    def properties(self, below: str = "") -> dict[str, Any]:
        """The properties of the gallery or of a resource in it."""
        return dict(self.ask("GET", below).raise_for_status().json()["properties"])

    def refused(self, method: str, below: str = "", body: Any = None) -> tuple[int, str, str]:
        """Status, code and message of a request that is refused."""
        answer = self.ask(method, below, body)
        error = answer.json()["error"]
        return answer.status_code, error["code"], error["message"]
