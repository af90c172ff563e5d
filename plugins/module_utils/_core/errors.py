# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong, as states. Each carries one sentence for the user: what, where, what to do."""

from __future__ import annotations

from collections.abc import Mapping


class GoldenImageError(Exception):
    """The one family of errors that a module reports; everything else is a bug and keeps its traceback."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts: Mapping[str, object] = {key: value for key, value in facts.items() if value is not None}


class InvalidRequest(GoldenImageError):
    """What was asked cannot be done, or not in the state that Azure is in. Nothing was written."""


class Missing(GoldenImageError):
    """Something that must exist does not."""


class Denied(GoldenImageError):
    """Azure knows who asks, or does not, and says no: 401, 403, no usable credential."""


class Refused(GoldenImageError):
    """Azure answered a call with an error. Facts: code, status, request_id."""


class Failed(GoldenImageError):
    """Azure accepted an operation, and the operation failed. Facts: code, status, request_id."""


class TimedOut(GoldenImageError):
    """The task's wait_timeout passed; the operation may still be going on in Azure, and the next run finds it."""


class Unavailable(GoldenImageError):
    """No answer came (network, TLS, name), or something needed on this machine is not installed."""
