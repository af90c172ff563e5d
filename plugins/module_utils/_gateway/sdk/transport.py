# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP transport of the control plane, which keeps to the deadline of the task."""

from __future__ import annotations

import ipaddress
import urllib.parse
from typing import Any

from ..._core.errors import Unavailable
from .imports import needs
from .logs import scrub_logs
from .retries import PROXY_VARIABLES, is_first_connection_retried, is_refused, is_unreached_proxy, resolver_error, tunnel_refusal
from .waiting import Deadline

CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 90.0
ADDRESS_OPTIONS = "cloud_environment (AZURE_CLOUD_ENVIRONMENT) and, for signing in, adfs_authority_url (AZURE_AUTHORITY_HOST)"


def deadline_transport(deadline: Deadline, **options: Any) -> Any:
    """An azure-core transport whose pauses and answers keep to the deadline.

    azure-core pauses through its transport, between the polls of an operation and before a retry, so this is the one place that knows
    about time.
    """
    with needs("azure-core"):
        from azure.core.exceptions import ServiceRequestError
        from azure.core.pipeline.transport import RequestsTransport

    scrub_logs()

    # azure-core exports this class lazily, so no type checker sees what it is.
    class DeadlineTransport(RequestsTransport):  # type: ignore[misc]
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
                if host in self._answered or not is_configured(request.url) or not (message := unreachable(error, request.url)):
                    raise
                raise (ServiceRequestError if is_first_connection_retried(error) else Unavailable)(message) from None
            self._answered.add(host)
            return answer

    return DeadlineTransport(**options)


def is_configured(url: str) -> bool:
    """Whether a URL has an address that an option or the environment may name, not one that Azure gave with a SAS."""
    return url.startswith("https://") and "sig=" not in url


def unreachable(error: BaseException, url: str) -> str | None:
    """Why no connection to a configured address was made, and which options to check; None if the error says it itself.

    Only the address is named: the rest of a URL may hold a secret.
    """
    parts = urllib.parse.urlsplit(url)
    if is_refused(error):
        address = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        hint = "; if this is the local Azure of a checkout, start it with azlab up" if is_loopback(parts.hostname or "") else ""
        return f"nothing answers at {address}: the connection was refused. Check {ADDRESS_OPTIONS}{hint}."
    if is_unreached_proxy(error):
        reason = "its name cannot be resolved" if resolver_error(error) else "the connection was refused"
        return f"the proxy that {PROXY_VARIABLES} names cannot be reached: {reason}."
    if refusal := tunnel_refusal(error):
        return f"the proxy refused to connect to {parts.hostname}: {refusal}. Check {PROXY_VARIABLES} with its login, and NO_PROXY."
    if resolver_error(error):
        return f"the name of the host {parts.hostname} cannot be resolved. Check {ADDRESS_OPTIONS}, and this machine's DNS."
    return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
