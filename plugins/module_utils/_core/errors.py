# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors that a module reports. Each has one sentence for the user: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping


class GoldenImageError(Exception):
    """The base of all errors that a module reports. Any other exception is a bug and keeps its traceback.

    ``facts`` become return values of the failed task; those that are None are left out.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts: Mapping[str, object] = {key: value for key, value in facts.items() if value is not None}


class InvalidRequest(GoldenImageError):
    """The request cannot be carried out, or not in the current state of Azure. Nothing was written."""


class Missing(GoldenImageError):
    """A resource that must exist does not."""


class Denied(GoldenImageError):
    """The identity was not accepted, or has no right to do this: 401, 403, or no usable credential."""


class Refused(GoldenImageError):
    """Azure answered a call with an error. Facts: code, status, request_id."""


class Failed(GoldenImageError):
    """Azure accepted an operation, and the operation failed. Facts: code, status, request_id."""


class TimedOut(GoldenImageError):
    """The ``wait_timeout`` of the task has passed. The operation may still run in Azure, and the next run finds it."""


class Unavailable(GoldenImageError):
    """No answer came (network, TLS, name resolution), or a library is not installed on this machine."""
