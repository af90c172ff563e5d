# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy that lets a pipeline's reads keep to a pace."""

from __future__ import annotations

from typing import Any

from ..catalogue.pace import THROTTLED, Pace
from .imports import needs


def pacing_policy(pace: Pace) -> Any:
    """A policy for each try of each GET. It stands after the retry policy, and before the one that signs in.

    A refused read is sent again by the retry policy; all other reads of the pace wait as long as that one does.
    """
    with needs("azure-core"):
        from azure.core.pipeline.policies import HTTPPolicy, RetryPolicy

    retry_after = RetryPolicy().get_retry_after

    class Pacing(HTTPPolicy):  # type: ignore[type-arg]
        def send(self, request: Any) -> Any:
            if request.http_request.method != "GET":
                return self.next.send(request)
            call = pace.take()
            learned: dict[str, Any] = {}
            try:
                answer = self.next.send(request)
                status = answer.http_response.status_code
                pause = retry_after(answer) if status == THROTTLED else None
                learned = dict(status=status, headers=answer.http_response.headers, retry_after=pause)
                return answer
            finally:
                pace.answered(call, **learned)

    return Pacing()
