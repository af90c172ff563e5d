"""One data plane, Azurite and the front, for all tests of this directory."""

from __future__ import annotations

import http.client
import re
import ssl
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from azlab import faults as fault_rules
from azlab import tls
from azlab.settings import Settings
from azlab.storage.azurite import Azurite
from azlab.storage.blobs import BlobStore

from tests.support.waiting import wait_until


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings.create(tmp_path_factory.mktemp("lab"), guests=False)
    tls.ensure(settings)
    return settings


@pytest.fixture(scope="session")
def azurite(settings: Settings) -> Iterator[Azurite]:
    azurite = Azurite(settings)
    azurite.start()
    yield azurite
    azurite.stop()


@pytest.fixture(scope="session")
def front(settings: Settings, azurite: Azurite) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "azlab.daemon", str(settings.state), "front"])
    context = ssl.create_default_context(cafile=str(settings.bundle))
    with httpx.Client(verify=context, trust_env=False) as client:
        wait_until(lambda: _answers(client, settings.blob_url), seconds=30)
    yield process
    process.terminate()
    process.wait(20)


@pytest.fixture
def store(settings: Settings, azurite: Azurite) -> BlobStore:
    return BlobStore(settings)


@pytest.fixture
def disk(store: BlobStore) -> Iterator[Callable[..., str]]:
    """Creates disks of a given size, and deletes them after the test."""
    made = []

    def make(size: int = 4 << 20) -> str:
        key = f"d-{uuid.uuid4()}"
        store.create(key, size)
        made.append(key)
        return key

    yield make
    for key in made:
        store.delete(key)


@pytest.fixture
def faults(settings: Settings, front: subprocess.Popen[bytes]) -> Iterator[Callable[..., str]]:
    """Activates faults, and removes all of them after the test."""
    yield lambda **rule: fault_rules.add(settings.faults, plane="blob", **rule)
    fault_rules.clear(settings.faults)


@pytest.fixture
def wire(settings: Settings, front: subprocess.Popen[bytes]) -> Wire:
    return Wire(settings)


@dataclass(frozen=True)
class WireResponse:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        """The error's code; header and XML must agree on it."""
        code = self.headers.get("x-ms-error-code")
        if self.body.startswith(b"\xef\xbb\xbf<?xml"):
            assert re.search(rb"<Code>(\w+)</Code>", self.body)[1].decode() == code
        return code


class Wire:
    """Plain HTTP to the front, without any header that the test did not set."""

    def __init__(self, settings: Settings) -> None:
        self._context = ssl.create_default_context(cafile=str(settings.bundle))
        self._port = settings.blob_port

    def send(self, method: str, url: str, query: str = "", body: bytes | None = None, **headers: Any) -> WireResponse:
        parts = urlsplit(url)
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._context, timeout=60)
        target = parts.path + "?" + "&".join(filter(None, (query, parts.query)))
        try:
            connection.request(method, target, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return WireResponse(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def put_page(self, url: str, start: int, body: bytes | None, **headers: Any) -> WireResponse:
        span = f"bytes={start}-{start + len(body) - 1}"
        return self.send("PUT", url, "comp=page", body, x_ms_page_write="update", x_ms_range=span, x_ms_version="2023-11-03", **headers)

    def clear(self, url: str, start: int, end: int) -> WireResponse:
        span = f"bytes={start}-{end - 1}"
        return self.send("PUT", url, "comp=page", x_ms_page_write="clear", x_ms_range=span, x_ms_version="2023-11-03", Content_Length="0")


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == 403
    except httpx.TransportError:
        return False
