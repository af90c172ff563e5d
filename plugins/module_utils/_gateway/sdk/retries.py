# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which failed requests are sent again: to the Resource Manager (control plane) and to the page blob of an upload (data plane).

To retry one more status, add it to the set of its plane. Pauses never go beyond the deadline of the task.
"""

from __future__ import annotations

import socket
from typing import Any

from ..._core.errors import TimedOut
from .answers import is_busy, is_unreadable, without_json
from .errors import causes
from .imports import needs
from .made import Made

CONTROL_PLANE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""GET, PUT and DELETE are sent again after these, POST and PATCH only after 500, 503 and 504; any request is, if an error has Retry-After.
The methods, the number of tries and the pauses are those of azure-core. It always retries these statuses and all from 506 on, so statuses
can be added here, but not removed:
https://learn.microsoft.com/python/api/azure-core/azure.core.pipeline.policies.retrypolicy
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling"""

NEW_RESOURCE_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds to pause before each further request to a resource that this task has just made, while Azure answers 404 for it: a replica of the
Resource Manager may learn late of what another one made."""

UNREADABLE_PAUSES = (1.0, 2.0, 4.0)
"""Seconds to pause before each further try of a request that succeeded with an answer that cannot be Azure's."""
IDEMPOTENT = frozenset({"GET", "PUT", "DELETE"})
BUSY_PAUSES = (5.0, 10.0, *[15.0] * 19)
"""Seconds to pause before each further try of a request that Azure refused because another operation is running: five minutes, and no more
than Azure allows for changes of a VM, four in a minute."""
REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
"""The methods that are tried again then. An action (POST) is not: what it acts on may have changed since the action was decided."""

DATA_PLANE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""A page write is sent again after these. An overloaded disk answers 503 ServerBusy or 500 OperationTimedOut:
https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes"""
DATA_PLANE_CODES = frozenset({"Md5Mismatch"})
"""Error codes after which a page write is sent again, whatever the status: the range was damaged on its way."""
DATA_PLANE_TRIES = 20
DATA_PLANE_FIRST_TRIES = 5
"""Until the service has answered for the first time: then a firewall is likelier than a short outage."""
DATA_PLANE_LONGEST_PAUSE = 60.0
"""In seconds. Pauses double from one second on, unless the service asks for more by Retry-After."""


PROXY_VARIABLES = "HTTPS_PROXY (or ALL_PROXY)"
TUNNEL = "Tunnel connection failed: "
"""The begin of http.client's only text about a proxy that did not connect; the status and the reason of the proxy follow."""


def control_plane_policy(reads_json: bool = True) -> Any:
    """The retry policy for requests to the Resource Manager: azure-core's, which also repeats what only Azure's own answers show.

    An answer that should be JSON and is not becomes a DecodeError at the end, because the SDK would fail with errors of its parser.
    Sign-in has azure-identity's own policy, which is azure-core's.
    """
    with needs("azure-core"):
        from azure.core.exceptions import DecodeError
        from azure.core.pipeline.policies import RetryPolicy

    class Retries(RetryPolicy):  # type: ignore[type-arg]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self._made = Made()

        def send(self, request: Any) -> Any:
            sent, tried = request.http_request, 0
            while True:
                answer = super().send(request)
                status, content = answer.http_response.status_code, _content(request, answer.http_response)
                unreadable = reads_json and content is not None and is_unreadable(sent.method, sent.url, status, content)
                pauses = self._pauses(sent, status, content or b"", unreadable)
                if tried >= len(pauses) or not _has_slept(request.context.transport, pauses[tried]):
                    break
                tried += 1
            self._made.note(sent.method, sent.url, status)
            if unreadable:
                raise DecodeError(without_json(sent.method, sent.url, status, content or b""), response=answer.http_response)
            return answer

        def _pauses(self, sent: Any, status: int, content: bytes, unreadable: bool) -> tuple[float, ...]:
            if self._made.is_late(sent.method, sent.url, status):
                return NEW_RESOURCE_PAUSES
            if sent.method in REPEATABLE and is_busy(status, content):
                return BUSY_PAUSES
            return UNREADABLE_PAUSES if unreadable and status < 400 and sent.method in IDEMPOTENT else ()

    return Retries(retry_on_status_codes=sorted(CONTROL_PLANE_STATUSES))


def _has_slept(transport: Any, seconds: float) -> bool:
    """Sleep, unless the deadline of the task comes first: then the last answer says more than that the time is over."""
    try:
        transport.sleep(seconds)
    except TimedOut:
        return False
    return True


def _content(request: Any, answer: Any) -> bytes | None:
    """The bytes of an answer; None for the success of one that the SDK reads as a stream, which older ones can do only once."""
    if answer.status_code < 400 and request.context.options.get("stream"):
        return None
    return bytes(answer.read() if hasattr(answer, "read") else answer.body())


def is_first_connection_retried(error: BaseException) -> bool:
    """Whether to try again after a failed connection to an address that has never answered. One that has answered is always tried again.

    Before the first answer, a wrong address or a service that is not running is likelier than a short outage.
    """
    failure = resolver_error(error)
    if failure is None and (is_refused(error) or is_unreached_proxy(error)):
        return False
    return not tunnel_refusal(error).startswith("4") and (failure is None or failure.errno == socket.EAI_AGAIN)


def is_page_retried(status: int, code: str) -> bool:
    """Whether a page write is sent again after an error answer. Without an answer it always is: writing a page twice does no harm."""
    return status in DATA_PLANE_STATUSES or code in DATA_PLANE_CODES


def page_pause(tried: int, retry_after: float) -> float:
    """Seconds to pause after so many tries of a page write."""
    return max(retry_after, min(2.0 ** (tried - 1), DATA_PLANE_LONGEST_PAUSE))


def is_refused(error: BaseException) -> bool:
    """Whether the address itself, not a proxy on the way to it, refused the connection."""
    return not is_of_proxy(error) and _is_closed(error)


def is_unreached_proxy(error: BaseException) -> bool:
    """Whether the address of the proxy has no host, or refused the connection."""
    return is_of_proxy(error) and (_is_closed(error) or resolver_error(error) is not None)


def is_of_proxy(error: BaseException) -> bool:
    """Whether requests and urllib3 say that the proxy failed."""
    return any(type(each).__name__ == "ProxyError" for each in causes(error))


def _is_closed(error: BaseException) -> bool:
    return any(isinstance(each, ConnectionRefusedError) for each in causes(error))


def resolver_error(error: BaseException) -> socket.gaierror | None:
    """The resolver's error, if the name of the host has no address."""
    return next((each for each in causes(error) if isinstance(each, socket.gaierror)), None)


def tunnel_refusal(error: BaseException) -> str:
    """The status and the reason with which a proxy refused a tunnel, such as 407 Proxy Authentication Required; '' if none did."""
    texts = (str(each) for each in causes(error) if isinstance(each, OSError))
    return next((text.removeprefix(TUNNEL) for text in texts if text.startswith(TUNNEL)), "")
