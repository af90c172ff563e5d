# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the Resource Manager with the credentials that the modules would use. A refusal is an answer here, not an exception."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

import requests
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.client import Client
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.errors import describing
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.waiting import Deadline
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in.credentials import merge, require_complete

SECONDS = 3600
_REQUEST_SECONDS = 120
_RUNNING = ("InProgress", "Running", "Accepted", "Creating", "Updating", "Deleting")


class Unfinished(Exception):
    """An operation that took too long."""


@dataclass(frozen=True)
class Answer:
    """The end of a request: the answer itself, or the end of the operation that it began."""

    status: int
    code: str
    text: str
    body: Any

    @property
    def refused(self) -> bool:
        """Whether Azure refused the request, or its operation failed."""
        return bool(self.code)


class Arm:
    """The Resource Manager of one subscription."""

    def __init__(self, pause: float = 5) -> None:
        credentials = merge({}, os.environ)
        require_complete(credentials)
        if not credentials.subscription_id:
            raise Denied(
                "no subscription: set AZURE_SUBSCRIPTION_ID, AZURE_TENANT, AZURE_CLIENT_ID and AZURE_SECRET, or sign in with az login."
            )
        self.subscription = credentials.subscription_id
        self._client = Client(credentials, Deadline(SECONDS))
        self._pause = pause

    @property
    def address(self) -> str:
        """The address of the Resource Manager."""
        return str(self._client._cloud.resource_manager)

    def send(self, method: str, path: str, api: str, body: Any = None) -> Answer:
        """Send a request on a path below the subscription, and wait for the end of its operation."""
        url, version = f"{self.address}/subscriptions/{self.subscription}/{path}", {"api-version": api}
        answer = self._ask(method, url, version, body)
        operation, result = answer.headers.get("Azure-AsyncOperation"), answer.headers.get("Location")
        until = time.monotonic() + SECONDS
        if answer.status_code < 400 and operation:
            ended = self._ended(operation, until)
            if ended.get("status") != "Succeeded":
                return _answer(answer.status_code, {"error": ended.get("error") or {"code": ended.get("status"), "message": ""}})
            if not result:
                answer = self._ask("GET", url, version)
        if answer.status_code in (200, 202) and result:
            answer = self._result(result, until)
        return _answer(answer.status_code, answer.json() if answer.content else None)

    def _ended(self, url: str, until: float) -> dict[str, Any]:
        while (found := self._ask("GET", url).json()).get("status") in _RUNNING:
            self._wait(url, until)
        return dict(found)

    def _result(self, url: str, until: float) -> requests.Response:
        while (answer := self._ask("GET", url)).status_code == 202:
            self._wait(url, until)
        return answer

    def _wait(self, url: str, until: float) -> None:
        if time.monotonic() > until:
            raise Unfinished(f"still running after {SECONDS} seconds: {url.partition('?')[0]}")
        time.sleep(self._pause)

    def _ask(self, method: str, url: str, parameters: dict[str, str] | None = None, body: Any = None) -> requests.Response:
        with describing("sign in"):
            token = self._client._credential.get_token(self._client._cloud.scope).token
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(method, url, params=parameters, json=body, headers=headers, timeout=_REQUEST_SECONDS)


def _answer(status: int, body: Any) -> Answer:
    error = body.get("error") if isinstance(body, dict) else None
    return Answer(status, str((error or {}).get("code") or ""), str((error or {}).get("message") or ""), body)
