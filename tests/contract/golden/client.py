# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain HTTP client for the control plane. An SDK would change the requests that are replayed."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import Any

import httpx

API_VERSION = "api-version"


@dataclass(frozen=True)
class Place:
    """The address of a control plane, and how to sign in there."""

    url: str
    tenant: str
    client_id: str
    client_secret: str
    subscription: str
    ca: str


class SeedRefused(Exception):
    """The lab refused something that a recording needs at its beginning."""


class Client:
    """Requests with a token. Only `put` waits for long-running operations; otherwise the caller does."""

    def __init__(self, place: Place) -> None:
        self.subscription = place.subscription
        self._http = httpx.Client(base_url=place.url, verify=ssl.create_default_context(cafile=place.ca), timeout=60)
        form = {
            "grant_type": "client_credentials",
            "client_id": place.client_id,
            "client_secret": place.client_secret,
            "scope": f"{place.url}/.default",
        }
        token = self._http.post(f"/{place.tenant}/oauth2/v2.0/token", data=form).raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, url: str, params: dict[str, str] | None = None, body: Any = None) -> httpx.Response:
        """One request."""
        return self._http.request(method, url, params=params or None, json=body)

    def put(self, path: str, version: str, body: dict[str, Any], seconds: float = 60) -> None:
        """Create a resource and wait until it is there."""
        response = self.send("PUT", path, {API_VERSION: version}, body)
        if response.status_code >= 300:
            raise SeedRefused(f"PUT {path}: {response.status_code} {response.text}")
        operation, deadline = response.headers.get("Azure-AsyncOperation"), time.monotonic() + seconds
        while operation:
            status = self.send("GET", operation).json()
            if status["status"] == "Succeeded":
                return
            if status["status"] != "InProgress" or time.monotonic() > deadline:
                raise SeedRefused(f"PUT {path}: {status}")
            time.sleep(0.05)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
