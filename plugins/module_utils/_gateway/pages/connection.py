# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP connections to one page blob, through urllib3, which the SDK's own transport uses too: keep-alive, proxies, TLS.

The URL of the blob holds a SAS. urllib3 puts URLs into its exceptions, so none of them leaves this file, not even as a cause.
"""

from __future__ import annotations

import base64
import hashlib
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._core.errors import Unavailable
from ..sdk.errors import causes
from ..sdk.imports import needs
from ..sdk.logs import scrub_logs
from ..sdk.trust import authorities

if TYPE_CHECKING:
    from ..._core.ranges import Range

SERVICE_VERSION = "2019-12-12"
UNTRUSTED = ("SSLCertVerificationError", "CertificateError")
"""The errors for a certificate that is not trusted, or is for another host, by ssl and by urllib3 1.26."""


@dataclass(frozen=True)
class Answer:
    """The answer to a page write."""

    status: int
    code: str = ""
    retry_after: float = 0.0
    request_id: str = ""


@dataclass(frozen=True)
class NoAnswer:
    """Why a page write got no answer. ``untrusted`` is the reason if a certificate was not trusted; neither text holds a secret."""

    reason: str
    untrusted: str = ""


class PageConnection:
    """Up to ``workers`` connections to one page blob, shared by as many threads; each is kept open for the next write."""

    def __init__(self, url: str, workers: int) -> None:
        """Connect to nothing yet. Raise Unavailable if urllib3 is missing, or if the environment names an unusable proxy or authority."""
        with needs("urllib3"):
            import urllib3
        scrub_logs()
        self._failures = (urllib3.exceptions.HTTPError, OSError)
        parts = urllib.parse.urlsplit(f"{url}&comp=page")
        manager = _manager(urllib3, parts, num_pools=1, maxsize=workers, block=True)
        # The pool of the host is called, not its manager, which parses the URL for every request: that takes a third longer.
        self._pool = manager.connection_from_host(parts.hostname, parts.port, parts.scheme)
        tunnelled = manager.proxy is None or parts.scheme == "https"
        self._target = urllib.parse.urlunsplit(parts._replace(scheme="", netloc="") if tunnelled else parts)

    def put(self, part: Range, content: bytes, timeout: float) -> Answer | NoAnswer:
        """Write one range, waiting at most ``timeout`` seconds to connect, to send or for the answer.

        The service checks the content against the digest that is sent with it.
        """
        try:
            answer = self._pool.request(
                "PUT",
                self._target,
                body=content,
                headers=_headers(part, content),
                timeout=timeout,
                retries=False,
                redirect=False,
                assert_same_host=False,
            )
        except self._failures as error:
            return _no_answer(error)
        after = answer.headers.get("Retry-After", "")
        return Answer(
            status=answer.status,
            code=answer.headers.get("x-ms-error-code", ""),
            retry_after=float(after) if after.isdigit() else 0.0,
            request_id=answer.headers.get("x-ms-request-id", ""),
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _headers(part: Range, content: bytes) -> dict[str, str]:
    return {
        "Content-MD5": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        "x-ms-page-write": "update",
        "x-ms-range": f"bytes={part.start}-{part.end - 1}",
        "x-ms-version": SERVICE_VERSION,
    }


def _no_answer(error: Exception) -> NoAnswer:
    """The reason of an error without its text, which may hold the URL: the system's own reason, or else the name of the error."""
    found = causes(error)
    untrusted = next((_verification(each) for each in found if type(each).__name__ in UNTRUSTED), "")
    reason = next((each.strerror for each in found if isinstance(each, OSError) and each.strerror), type(error).__name__)
    # The status with which a proxy refused stands only in this text of http.client, which holds no secret.
    tunnel = next((str(each) for each in found if isinstance(each, OSError) and str(each).startswith("Tunnel connection failed")), "")
    return NoAnswer(tunnel or reason, untrusted)


def _verification(error: BaseException) -> str:
    return str(getattr(error, "verify_message", "") or error)


def _manager(urllib3: Any, url: urllib.parse.SplitResult, **options: Any) -> Any:
    """urllib3's manager for the host of a URL, through the proxy that the environment names for it."""
    if url.scheme == "https":
        options |= {"cert_reqs": "CERT_REQUIRED", **authorities()}
    if not (proxy := _proxy(url)):
        return urllib3.PoolManager(**options)
    if proxy.scheme.startswith("socks"):
        # requests, which carries all other requests, needs PySocks for such a proxy too.
        with needs("PySocks"):
            from urllib3.contrib.socks import SOCKSProxyManager
        return SOCKSProxyManager(proxy.geturl(), **options)
    if proxy.scheme not in ("http", "https"):
        raise Unavailable(
            f"cannot upload through a {proxy.scheme} proxy: set HTTPS_PROXY to an http:// proxy, or add the host to NO_PROXY."
        )
    return urllib3.ProxyManager(
        f"{proxy.scheme}://{proxy.netloc.rpartition('@')[2]}",
        proxy_headers=_proxy_login(proxy),
        **options,
    )


def _proxy(url: urllib.parse.SplitResult) -> urllib.parse.SplitResult | None:
    """The proxy that the environment names for a URL, found as requests does for the control plane."""
    if urllib.request.proxy_bypass(url.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get(url.scheme) or proxies.get("all")
    return urllib.parse.urlsplit(address if "://" in address else f"http://{address}") if address else None


def _proxy_login(proxy: urllib.parse.SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    login = f"{urllib.parse.unquote(proxy.username)}:{urllib.parse.unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
