# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deadline per task: polls, retries and single answers all keep to it."""

from __future__ import annotations

import ipaddress
import socket
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ..._core.errors import TimedOut, Unavailable
from .imports import needs

T = TypeVar("T")

POLL_SECONDS = 1.0
CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 90.0


class Deadline:
    """The moment at which a task's ``wait_timeout`` ends. The clock is an argument, so no test sleeps."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self.seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, never less than none."""
        return max(0.0, self._end - self._clock())

    def require(self, seconds: float = 0.0) -> None:
        """Refuse to begin what would end after the deadline."""
        if self.left <= seconds:
            what = f"{seconds:g} s more had to be waited, but {self.left:.0f} s are left" if seconds and self.left else "time is over"
            raise TimedOut(
                f"{what} (wait_timeout is {self.seconds:g} s); what was begun may go on in Azure,"
                " and the next run takes up where it then stands."
            )

    def sleep(self, seconds: float) -> None:
        """Sleep, unless the deadline comes first."""
        self.require(seconds)
        self._sleep(seconds)

    def until(self, read: Callable[[], T], ready: Callable[[T], bool], every: float = 5.0) -> T:
        """Read until it is ready or the deadline is near, and return what was read last."""
        while not ready(value := read()) and self.left > every:
            self._sleep(every)
        return value

    @contextmanager
    def grace(self, seconds: float = 120.0) -> Iterator[None]:
        """At least this long for closing what is open, even when time is up."""
        end = self._end
        self._end = max(end, self._clock() + seconds)
        try:
            yield
        finally:
            self._end = end


LEADS_THERE = "cloud_environment (AZURE_CLOUD_ENVIRONMENT) and, for signing in, adfs_authority_url (AZURE_AUTHORITY_HOST)"


def is_refused(error: BaseException) -> bool:
    """Whether somebody at the very address that was asked, not a proxy on the way, turned the connection down."""
    seen = causes(error)
    return any(isinstance(each, ConnectionRefusedError) for each in seen) and not any(type(each).__name__ == "ProxyError" for each in seen)


def unresolved(error: BaseException) -> socket.gaierror | None:
    """What the resolver said, if there is no address for the name of the host."""
    return next((each for each in causes(error) if isinstance(each, socket.gaierror)), None)


def causes(error: BaseException) -> list[BaseException]:
    """An error and all that the libraries have wrapped into it, each in its own way."""
    seen: list[BaseException] = []
    following: list[Any] = [error]
    while following:
        each = following.pop()
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            following += [
                each.__cause__,
                each.__context__,
                getattr(each, "inner_exception", None),
                getattr(each, "reason", None),
                *each.args,
            ]
    return seen


def refusal(url: str) -> Unavailable:
    """What a refused connection means. Only the address is named: the rest of a URL may hold a secret."""
    parts = urllib.parse.urlsplit(url)
    address = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    hint = "; if this is the local Azure of a checkout, start it with azlab up" if is_loopback(parts.hostname or "") else ""
    return Unavailable(f"nothing answers at {address}: the connection was refused. Check {LEADS_THERE}{hint}.")


def no_such_host(url: str) -> str:
    """What a name without an address means."""
    return f"the name of the host {urllib.parse.urlsplit(url).hostname} cannot be resolved. Check {LEADS_THERE}, and this machine's DNS."


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def patient_transport(deadline: Deadline, **options: Any) -> Any:
    """An HTTP transport whose pauses and answers keep to the deadline.

    azure-core pauses through its transport, both between polls of an operation and before a retry, so this is the one place
    that knows about time. A refused connection is tried again only once that address has answered something: before that, a wrong address
    or a service that was never started is likelier than one that is about to come back. Azure itself names the address of a SAS.
    """
    with needs("azure-core"):
        from azure.core.exceptions import ServiceRequestError
        from azure.core.pipeline.transport import RequestsTransport

    # azure-core exports this class lazily, so no type checker sees what it is.
    class PatientTransport(RequestsTransport):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self._answered: set[str] = set()

        def sleep(self, duration: float) -> None:
            deadline.sleep(duration)

        def send(self, request: Any, **kwargs: Any) -> Any:
            deadline.require()
            host = urllib.parse.urlsplit(request.url).netloc
            left = max(1.0, deadline.left)
            kwargs["connection_timeout"] = min(CONNECT_SECONDS, left)
            kwargs["read_timeout"] = min(ANSWER_SECONDS, left)
            try:
                answer = super().send(request, **kwargs)
            except ServiceRequestError as error:
                first = host not in self._answered and request.url.startswith("https://") and "sig=" not in request.url
                if first and is_refused(error):
                    raise refusal(request.url) from None
                if first and (failure := unresolved(error)):
                    # EAI_AGAIN may pass, so it is left to the retries.
                    raise (ServiceRequestError if failure.errno == socket.EAI_AGAIN else Unavailable)(no_such_host(request.url)) from None
                raise
            self._answered.add(host)
            return answer

    return PatientTransport(**options)
