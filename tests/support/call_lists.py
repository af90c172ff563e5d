# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that a lab has logged, as short texts that can be compared with a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from demo.traffic import Traffic

SIGN_IN = "sign in"
"""The address of the service that signs in, its settings, and the token."""
POLL = "poll"
"""All polls of one operation, and the reads of replicas between them."""
PAGES = "PUT pages"
"""All requests that write ranges of a disk one after the other, or at the same time."""
_REPLICAS = "?$expand=ReplicationStatus"
_SUBSCRIPTION = re.compile(r"^/subscriptions/[^/]+/?", re.IGNORECASE)
_PROVIDER = re.compile(r"^resourceGroups/[^/]+/providers/Microsoft\.(Compute|Network)/", re.IGNORECASE)
_GROUP = re.compile(r"^resourceGroups/[^/]+", re.IGNORECASE)
_LONG = "providers/Microsoft.Authorization/"
_DIGEST = re.compile(r"[0-9a-f]{8,}")
_SILENT = ("api-version", "p")


def calls(traffic: Traffic) -> list[str]:
    """All requests in their order: method, the path below the provider, and what is asked for with it. Random parts of names are `*`."""
    entries = sorted(traffic.arrived(), key=lambda entry: float(entry["t"]))
    return list(_condensed(map(_call, entries)))


def _call(entry: dict[str, Any]) -> str:
    op = str(entry["op"])
    if op.startswith(("identity.", "metadata.")):
        return SIGN_IN
    if op in ("operation.get", "PutPage"):
        return POLL if op == "operation.get" else PAGES
    url = urlsplit(str(entry["path"]))
    if op[0].isupper():
        return f"{entry['method']} blob ({op})"
    path = _GROUP.sub("group", _PROVIDER.sub("", _SUBSCRIPTION.sub("", url.path))).replace(_LONG, "")
    query = "&".join(f"{key}={value}" for key, value in parse_qsl(url.query) if key not in _SILENT)
    return f"{entry['method']} {_DIGEST.sub('*', path)}{f'?{query}' if query else ''}"


def _condensed(found: Iterable[str]) -> Iterator[str]:
    """The texts, with one for all that a sign-in, an operation or an upload takes. A version is followed while its PUT is polled."""
    last = write = ""
    for text in found:
        write = text if text.startswith(("PUT", "POST", "PATCH", "DELETE")) else write
        follows = last == POLL and text == f"{write.replace('PUT', 'GET')}{_REPLICAS}"
        if not follows and (text != last or text not in (SIGN_IN, POLL, PAGES)):
            yield text
            last = text
