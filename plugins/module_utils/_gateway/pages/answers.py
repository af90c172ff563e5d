# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The meaning of an answer of the storage service, or of none, for a request to the page blob of a disk."""

from __future__ import annotations

from http import HTTPStatus
from http.client import responses
from typing import Protocol

from ..._core.errors import Denied, GoldenImageError, Refused, Unavailable
from ..sdk.retries import is_page_retried
from .connection import Answer, NoAnswer

HINTS = {
    "AuthenticationFailed": ": the access to the disk has expired or was revoked, for example by another run; run again",
    "AuthorizationFailure": ": the network access policy of the disk, or a private endpoint, does not let this machine in",
}
"""The meaning of refusals of the storage service for the SAS of a disk:
https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes"""


class Deadline(Protocol):
    """The moment at which the task must be done."""

    @property
    def left(self) -> float:
        """The seconds that are left, at least 0."""


def is_retried(answer: Answer | NoAnswer) -> bool:
    """Whether a request is sent again: the answer is of the kind that passes, or there was none."""
    return not answer.final if isinstance(answer, NoAnswer) else is_page_retried(answer.status, answer.code)


def failure(action: str, answer: Answer | NoAnswer, tried: int) -> GoldenImageError:
    """The error for a request that is not tried again."""
    if isinstance(answer, NoAnswer):
        reason = answer.reason if answer.final else f"the connection broke {tried} times ({answer.reason})"
        return Unavailable(f"{action}: {reason}.")
    kind = Denied if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) else Refused
    code = answer.code or responses.get(answer.status, "error")
    who = "the storage service" if answer.code or answer.request_id else "a proxy, or the storage service,"
    message = f"{action}: {who} answered {answer.status} {code}{HINTS.get(answer.code, '')}."
    return kind(message, code=code, status=answer.status, request_id=answer.request_id or None)
