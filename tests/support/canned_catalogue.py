# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Azure object over a catalogue in memory, which answers each list by its path, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import Chosen
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import Azure
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.cache import CacheSettings
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.client import Client
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.transport import deadline_transport
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.waiting import Deadline
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in.credentials import Credentials
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from tests.support.canned import Token, answer, error
from tests.support.clock import Clock
from tests.support.ids import SUBSCRIPTION

REGION = "westeurope"
EVERYTHING = Chosen(lambda publisher: True, lambda publisher, offer: True, lambda sku: True)
Tree = Mapping[str, Any]
"""Publishers, their offers, the SKUs of these and their versions. None in place of a list means that Azure answers 404 for it."""


class Walked(Silence):
    """Remembers how far a walk was."""

    def __init__(self) -> None:
        self.reports: list[tuple[int, int]] = []

    def walked(self, done: int, known: int) -> None:
        self.reports.append((done, known))


class CannedCatalogue(HTTPAdapter):
    """Answers the lists of a catalogue. ``refusals`` are (status, code, message) by the end of a path; each request is in ``paths``."""

    def __init__(self, tree: Tree, refusals: Mapping[str, tuple[int, str, str]] | None = None) -> None:
        super().__init__()
        self.tree, self.refusals = tree, dict(refusals or {})
        self.paths: list[str] = []
        self.queries: list[str] = []
        self.running = self.most = 0
        self._lock = threading.Lock()

    def send(self, request: PreparedRequest, *_details: Any, **_options: Any) -> Response:
        path, _mark, query = str(request.url).partition("?")
        path = unquote(path.partition(f"/locations/{REGION}/")[2] or path)
        with self._lock:
            self.paths.append(path)
            self.queries.append(query)
            self.running += 1
            self.most = max(self.most, self.running)
        threading.Event().wait(0.002)
        with self._lock:
            self.running -= 1
        return self.build_response(request, self._answer(path))

    def _answer(self, path: str) -> Any:
        if found := next((value for end, value in self.refusals.items() if path.endswith(end)), None):
            return error(*found)
        names = [each for each in path.split("/") if each not in ("publishers", "artifacttypes", "vmimage", "offers", "skus", "versions")]
        level: Any = self.tree
        for name in names:
            level = level.get(name) if level else None
        if level is None:
            return error(404, "NotFound", "Artifact: VMImage was not found.")
        properties = (
            {"properties": {"architecture": "x64", "features": [{"name": "n", "value": path}]}} if path.endswith("versions") else {}
        )
        return answer(body=[{"name": name, "location": REGION, "id": f"/{path}/{name}", **properties} for name in level])


class CatalogueAzure:
    """One task with a catalogue. A cache belongs to ``folder``."""

    def __init__(
        self,
        tree: Tree,
        refusals: Mapping[str, tuple[int, str, str]] | None = None,
        folder: Path | None = None,
        hours: float = 24,
        seconds: float = 600,
        **credentials: Any,
    ) -> None:
        self.clock = Clock()
        self.deadline = Deadline(seconds, self.clock, self.clock.sleep)
        self.adapter = CannedCatalogue(tree, refusals)
        session = Session()
        session.mount("https://", self.adapter)
        transport = deadline_transport(self.deadline, session=session, session_owner=False)
        known = Credentials(proof="secret", **{"subscription_id": SUBSCRIPTION, "tenant": "t", **credentials})
        self.listener = Walked()
        settings = CacheSettings(str(folder), hours) if folder else None
        self.azure = Azure(Client(known, self.deadline, transport=transport, credential=Token()), settings, self.listener)
        self.marketplace = self.azure.marketplace
