# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's clients over an HTTP session with prepared answers: no network, and pauses only move a clock."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import Azure
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.client import Client
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.transport import deadline_transport
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.waiting import Deadline
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in.credentials import Credentials
from azure.core.credentials import AccessToken
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from tests.support.body_check import require_body
from tests.support.clock import Clock
from tests.support.ids import SUBSCRIPTION

ARM = "https://management.azure.com"


@dataclass(frozen=True)
class Sent:
    """A request that was sent."""

    method: str
    url: str
    body: Any = None
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.url).query).items()}


def answer(status: int = 200, body: Any = None, **headers: str) -> HTTPResponse:
    """An answer. A body that is not bytes is sent as JSON; header names have '_' for '-'."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPResponse(body=io.BytesIO(content), headers=named, status=status, preload_content=False)


def error(status: int, code: str, message: str, **headers: str) -> HTTPResponse:
    """An answer with Azure's error envelope."""
    return answer(status, {"error": {"code": code, "message": message}}, **headers)


class Canned(HTTPAdapter):
    """An adapter that gives the prepared answers in order and records the requests. An answer may be an exception, which is raised.

    Bodies on galleries are ``checked`` against the types of azure-mgmt-compute, unless a test sends others on purpose.
    """

    def __init__(self, *answers: Any, clock: Clock | None = None, checked: bool = True) -> None:
        super().__init__()
        self._checked = checked
        self._answers = list(answers)
        self._clock = clock or Clock()
        self.sent: list[Sent] = []
        self.moments: list[float] = []

    def send(self, request: PreparedRequest, *_details: Any, **_options: Any) -> Response:
        assert request.method
        assert request.url
        assert isinstance(request.body, bytes | str | None)
        content = request.body.encode() if isinstance(request.body, str) else request.body or b""
        body = json.loads(content) if content else None
        if self._checked:
            require_body(request.method, request.url, body)
        headers = {name: str(value) for name, value in request.headers.items()}
        self.moments.append(self._clock())
        self.sent.append(Sent(request.method, request.url, body, content, headers))
        assert self._answers, f"unexpected {request.method} {request.url}"
        following = self._answers.pop(0)
        if isinstance(following, Exception):
            raise following
        return self.build_response(request, following)


class Token:
    """A credential that always has a token."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken("token", int(time.time()) + 3600)


class CannedAzure:
    """The real Azure object over prepared answers, with its clock and the requests that it sent."""

    def __init__(self, *answers: Any, seconds: float = 600, checked: bool = True, **credentials: Any) -> None:
        self.clock = Clock()
        self.deadline = Deadline(seconds, self.clock, self.clock.sleep)
        self.adapter = Canned(*answers, clock=self.clock, checked=checked)
        session = Session()
        session.mount("https://", self.adapter)
        self.transport = deadline_transport(self.deadline, session=session, session_owner=False)
        known = Credentials(proof="secret", **{"subscription_id": SUBSCRIPTION, **credentials})
        self.azure = Azure(Client(known, self.deadline, transport=self.transport, credential=Token()))

    @property
    def sent(self) -> list[Sent]:
        return self.adapter.sent

    @property
    def moments(self) -> list[float]:
        """The times at which the requests were sent."""
        return self.adapter.moments
