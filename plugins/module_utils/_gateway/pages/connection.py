# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to a page blob, kept alive over many puts. Standard library only.

The address is a secret: it is taken apart once, and no error made here repeats it.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import ssl
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..._core.errors import Unavailable

if TYPE_CHECKING:
    from ..._core.ranges import Range

SERVICE_VERSION = "2019-12-12"
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""The variables that name a file of trusted authorities, in the order that the Azure SDKs' transport follows."""


@dataclass(frozen=True)
class Answer:
    """What the service said to a put."""

    status: int
    code: str = ""
    retry_after: float = 0.0
    request_id: str = ""


@dataclass(frozen=True)
class Blob:
    """Where a page blob is, and the grant to write to it, which is never shown."""

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Blob:
        """Take the address of a grant apart."""
        parts = urllib.parse.urlsplit(url)
        target = urllib.parse.urlunsplit(("", "", parts.path, f"{parts.query}&comp=page", ""))
        return cls(parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), target)


def trust() -> ssl.SSLContext:
    """Always verified; the authorities are the system's, or those of the file or folder that the environment names."""
    return _own_trust() or ssl.create_default_context()


def require_trust() -> None:
    """Refuse a file of authorities that cannot be read, which the Azure libraries would only find at their first request."""
    _own_trust()


def _own_trust() -> ssl.SSLContext | None:
    """The authorities that the environment names, if it names any."""
    if (name := next(filter(os.environ.get, BUNDLES), None)) is None:
        return None
    bundle = os.environ[name]
    try:
        return ssl.create_default_context(capath=bundle) if os.path.isdir(bundle) else ssl.create_default_context(cafile=bundle)
    except OSError as error:
        raise Unavailable(f"could not read the trusted authorities in {bundle}, which {name} names: {error.strerror or error}.") from error


class Line:
    """A connection that is opened when it is first needed, and again after it broke."""

    def __init__(self, blob: Blob, context: ssl.SSLContext | None) -> None:
        self._blob, self._context = blob, context
        self._connection: http.client.HTTPConnection | None = None

    def put(self, part: Range, content: bytes, timeout: float) -> Answer:
        """Write one range; the service checks what arrives against the digest that is sent with it."""
        connection = self._connection or self._connect()
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.request("PUT", self._blob.target, body=content, headers={
            "Content-MD5": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
            "x-ms-page-write": "update",
            "x-ms-range": f"bytes={part.start}-{part.end - 1}",
            "x-ms-version": SERVICE_VERSION,
        })  # fmt: skip
        answer = connection.getresponse()
        answer.read()
        after = answer.headers.get("Retry-After", "")
        return Answer(
            status=answer.status,
            code=answer.headers.get("x-ms-error-code", ""),
            retry_after=float(after) if after.isdigit() else 0.0,
            request_id=answer.headers.get("x-ms-request-id", ""),
        )

    def close(self) -> None:
        """Drop the connection; the next put opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._blob.host, self._blob.port
        proxy = urllib.parse.urlsplit(_proxy(self._blob))
        if proxy.hostname:
            host, port = proxy.hostname, proxy.port or 8080
        if self._blob.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, context=self._context)
        else:
            connection = http.client.HTTPConnection(host, port)
        if proxy.hostname:
            connection.set_tunnel(self._blob.host, self._blob.port, _proxy_login(proxy))
        self._connection = connection
        return connection


def _proxy(blob: Blob) -> str:
    """The proxy that the environment names for this host, as every other client of Azure would use it."""
    if urllib.request.proxy_bypass(blob.host):
        return ""
    return urllib.request.getproxies().get(blob.scheme, "")


def _proxy_login(proxy: urllib.parse.SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    login = f"{urllib.parse.unquote(proxy.username)}:{urllib.parse.unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(login.encode()).decode()}
