# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that cannot be Azure's: a page of HTML from a proxy or a gateway, a part of some JSON, or nothing at all."""

from __future__ import annotations

import json
import re
import urllib.parse
from http.client import responses

_POLL = re.compile(r"operation(s|results?|status(es)?)/[^/]+$", re.IGNORECASE)
"""The end of the path of a running operation, whose answer may be empty."""
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
LONGEST_TITLE = 100
_BUSY_CODES = {
    "AnotherOperationInProgress",
    "AttachDiskWhileBeingDetached",
    "ReferencedResourceNotProvisioned",
    "RetryableError",
    "RetryableErrorDueToAnotherOperation",
}
"""https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/error-messages
https://learn.microsoft.com/azure/networking/troubleshoot-failed-state"""
_BUSY_TEXTS = re.compile(
    r"conflict with a concurrent request|another operation\b.*\b(in progress|running)|too many requests on source",
    re.IGNORECASE | re.DOTALL,
)
"""The other 409s that pass by themselves have a code that most lasting ones have too: Conflict, OperationNotAllowed."""


def is_unreadable(method: str, url: str, status: int, content: bytes) -> bool:
    """Whether an answer of the Resource Manager has to be JSON and is not. A redirection may have any text."""
    if 300 <= status < 400:
        return False
    if content.strip():
        return not _is_json(content)
    return status >= 400 or (method == "GET" and status == 200 and not _POLL.search(_path(url)))


def is_busy(status: int, content: bytes) -> bool:
    """Whether a conflict passes by itself: another operation on the resource, or on one that it needs, is still running."""
    if status != 409 or not _is_json(content):
        return False
    answer = json.loads(content)
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return False
    return error.get("code") in _BUSY_CODES or bool(_BUSY_TEXTS.search(str(error.get("message"))))


def without_json(method: str, url: str, status: int, content: bytes) -> str:
    """A sentence about an answer that cannot be read, without the query of the URL, which may hold a secret."""
    begin = f"{method} {_path(url)} was answered {status} {responses.get(status, '')}".rstrip()
    return f"{begin} with {_kind(content)} instead of Azure's JSON; a proxy or a gateway on the way may have sent it."


def _kind(content: bytes) -> str:
    if not content.strip():
        return "an empty body"
    if found := _TITLE.search(content):
        return f"the page '{' '.join(found[1].decode(errors='replace').split())[:LONGEST_TITLE]}'"
    return "a page of HTML" if b"<html" in content.lower() else f"{len(content)} bytes of something else"


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def _path(url: str) -> str:
    return urllib.parse.urlsplit(url).path
