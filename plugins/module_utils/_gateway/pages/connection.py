# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP connections to one page blob, through urllib3, which the SDK's own transport uses too: keep-alive, proxies, TLS.

The URL of the blob holds a SAS. urllib3 puts URLs into its exceptions, so none of them leaves this file, not even as a cause.
"""

from __future__ import annotations

import base64
import hashlib
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ..sdk.errors import causes
from ..sdk.imports import needs
from ..sdk.logs import scrub_logs
from ..sdk.proxies import manager_for
from ..sdk.retries import PROXY_VARIABLES, is_first_connection_retried, is_of_proxy, resolver_error, tunnel_refusal
from ..sdk.trust import BUNDLES, authorities

if TYPE_CHECKING:
    from ..._core.ranges import Range

SERVICE_VERSION = "2019-12-12"
CONNECT_SECONDS = 15.0
"""To connect, and to send a piece of a range: a firewall that drops packets is noticed soon."""
PIECE = 64 * 1024
UNTRUSTED = ("SSLCertVerificationError", "CertificateError")
"""The errors for a certificate that is not trusted, or is for another host, by ssl and by urllib3 1.26."""
UNSENT = ("NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError")
"""The errors of urllib3 after which no answer can have been lost."""


@dataclass(frozen=True)
class Answer:
    """The answer to a page write or to a read: ``content`` are the bytes that were read, ``total`` is the size of the blob, if known."""

    status: int
    code: str = ""
    retry_after: float = 0.0
    request_id: str = ""
    content: bytes = field(default=b"", repr=False)
    total: int | None = None


@dataclass(frozen=True)
class NoAnswer:
    """Why a request got no answer, in words that hold no secret.

    ``final``: another try cannot help. ``cut``: the connection broke while it was used, so an answer may have been lost.
    """

    reason: str
    final: bool = False
    cut: bool = False


class PageConnection:
    """Up to ``workers`` connections to one page blob, shared by as many threads; each is kept open for the next request."""

    def __init__(self, url: str, workers: int) -> None:
        """Connect to nothing yet. Raise Unavailable if urllib3 is missing, or if the environment names an unusable proxy or authority."""
        with needs("urllib3"):
            import urllib3
        scrub_logs()
        self._failures = (urllib3.exceptions.HTTPError, OSError)
        self._timeout = urllib3.Timeout
        self.answered = False
        parts = urllib.parse.urlsplit(url)
        self._host = parts.hostname or ""
        trusted = {"cert_reqs": "CERT_REQUIRED", **authorities()} if parts.scheme == "https" else {}
        manager = manager_for(parts, workers, **trusted)
        # The pool of the host is called, not its manager, which parses the URL for every request: that takes a third longer.
        self._pool = manager.connection_from_host(parts.hostname, parts.port, parts.scheme)
        tunnelled = manager.proxy is None or parts.scheme == "https"
        self._target = urllib.parse.urlunsplit(parts._replace(scheme="", netloc="") if tunnelled else parts)

    def put(self, part: Range, content: bytes, timeout: float) -> Answer | NoAnswer:
        """Write one range, with at most ``timeout`` seconds for sending it and as many for the answer.

        The service checks the content against the digest that is sent with it.
        """
        pieces = _pieces(content, time.monotonic() + timeout)
        return self._send("PUT", f"{self._target}&comp=page", timeout, headers=_headers(part, content), body=pieces)

    def get(self, part: Range, timeout: float) -> Answer | NoAnswer:
        """Read one range, with at most ``timeout`` seconds until the answer begins, and as many without a further byte of it."""
        headers = {"x-ms-range": f"bytes={part.start}-{part.end - 1}", "x-ms-version": SERVICE_VERSION}
        answer = self._send("GET", self._target, timeout, headers=headers, preload_content=False, most=part.length)
        if isinstance(answer, Answer) and answer.status == HTTPStatus.PARTIAL_CONTENT and len(answer.content) != part.length:
            return NoAnswer(f"{len(answer.content)} of {part.length} bytes arrived", cut=True)
        return answer

    def _send(self, method: str, target: str, timeout: float, most: int = 0, **content: Any) -> Answer | NoAnswer:
        """Send one request, once, and read at most so many bytes of what was asked for: a proxy may answer with a whole disk."""
        try:
            answer = self._pool.request(
                method,
                target,
                timeout=self._timeout(connect=min(CONNECT_SECONDS, timeout), read=timeout),
                retries=False,
                redirect=False,
                assert_same_host=False,
                **content,
            )
            found = answer.read(most) if answer.status == HTTPStatus.PARTIAL_CONTENT and most else b""
        except self._failures as error:
            return self._no_answer(error)
        if most and len(found) != most:
            answer.close()
        answer.release_conn()
        self.answered = True
        after, total = answer.headers.get("Retry-After", ""), answer.headers.get("Content-Range", "").rpartition("/")[2]
        return Answer(
            status=answer.status,
            code=answer.headers.get("x-ms-error-code", ""),
            retry_after=float(after) if after.isdigit() else 0.0,
            request_id=answer.headers.get("x-ms-request-id", ""),
            content=found,
            total=int(total) if total.isdigit() else None,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _no_answer(self, error: Exception) -> NoAnswer:
        """The reason of an error without its text, which may hold the URL: our own words, the system's, or else the name of the error."""
        found = causes(error)
        proxy = f"the proxy that {PROXY_VARIABLES} names" if is_of_proxy(error) else ""
        if untrusted := next((_verification(each) for each in found if type(each).__name__ in UNTRUSTED), ""):
            trust = f"the certificate of {proxy or 'the storage service'} is not trusted ({untrusted})"
            return NoAnswer(f"{trust}; name a file with its authority in {BUNDLES[0]}", final=True)
        if refusal := tunnel_refusal(error):
            login = f"the proxy refused to connect to {self._host}: {refusal}; check {PROXY_VARIABLES} with its login, and NO_PROXY"
            return NoAnswer(login, final=refusal.startswith("4"))
        if any(isinstance(each, ConnectionRefusedError) for each in found):
            return NoAnswer(f"nothing answers at {proxy or self._host}: Connection refused", final=not self.answered)
        if resolver_error(error):
            final = not self.answered and not is_first_connection_retried(error)
            return NoAnswer(f"the name of the host {proxy and 'of '}{proxy or self._host} cannot be resolved", final)
        reason = next((each.strerror for each in found if isinstance(each, OSError) and each.strerror), type(error).__name__)
        return NoAnswer(reason, cut=not any(type(each).__name__ in UNSENT for each in found))


def _pieces(content: bytes, end: float) -> Iterator[memoryview]:
    """The content in pieces, each of which may take as long as connecting; all of them end at a moment."""
    for start in range(0, len(content), PIECE):
        if time.monotonic() > end:
            raise TimeoutError
        yield memoryview(content)[start : start + PIECE]


def _headers(part: Range, content: bytes) -> dict[str, str]:
    return {
        "Content-Length": str(len(content)),
        "Content-MD5": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        "x-ms-page-write": "update",
        "x-ms-range": f"bytes={part.start}-{part.end - 1}",
        "x-ms-version": SERVICE_VERSION,
    }


def _verification(error: BaseException) -> str:
    return str(getattr(error, "verify_message", "") or error)
