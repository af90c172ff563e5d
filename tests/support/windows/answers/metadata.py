# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of win_uri: the metadata service, which a guest in Azure reaches and one elsewhere does not. No other address answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.windows.guest import Guest
from tests.support.windows.task import Failed, Task, answers

SERVICE = ("http", "169.254.169.254")
COMPUTE = "/metadata/instance/compute/"


@answers("win_uri", "url", "headers", "use_proxy", "return_content")
def win_uri(guest: Guest, task: Task) -> dict[str, Any]:
    """Read one field of the metadata service as text, from the section ``imds`` or, by default, from ``vm_id`` and ``name``."""
    address = urlsplit(task["url"])
    if (address.scheme, address.netloc) != SERVICE or not address.path.startswith(COMPUTE) or task["use_proxy"]:
        raise guest.complain(f"the simulated guest does not know the address {task['url']}")
    if guest.data.get("platform") == "other":
        raise Failed("Error sending request: Unable to connect to the remote server")
    query = parse_qs(address.query)
    if (task["headers"] or {}).get("Metadata") != "true" or query.get("format") != ["text"] or "api-version" not in query:
        return _refused(400, "Bad request")
    known = {"vmId": guest.data.get("vm_id"), "name": guest.data["name"], **guest.data.get("imds", {})}
    content = known.get(address.path[len(COMPUTE) :])
    if content is None:
        return _refused(404, "Not found")
    return {"status_code": 200, "url": task["url"], **({"content": content} if task["return_content"] else {})}


def _refused(code: int, reason: str) -> dict[str, Any]:
    """An answer with another status than 200. Its body is returned too, as win_uri does."""
    message = f"Status code of request '{code}' is not in list of valid status codes 200 : {reason}"
    return {"failed": True, "msg": message, "status_code": code, "content": f'{{"error": "{reason}"}}'}
