# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a long-running operation is polled."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from .imports import needs

PAUSES = (1.0, 1.0, 2.0, 3.0, 4.0, 5.0)
"""Seconds between two polls of an operation, the last one for all that follow; more if Azure asks for it by Retry-After.

Short operations end soon, and no operation is polled more than 15 times in a minute, which is what Azure allows:
https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits"""


def never() -> bool:
    """Let an operation come to its end."""
    return False


def paced_polling(enough: Callable[[], bool] = never) -> Any:
    """The polling method for one operation. It ends early, as if the operation had succeeded, once ``enough`` says so."""
    with needs("azure-mgmt-core"):
        from azure.mgmt.core.polling.arm_polling import ARMPolling

    class PacedPolling(ARMPolling):
        """Polls as the SDK does, with pauses that grow."""

        def __init__(self) -> None:
            super().__init__(timeout=0)
            self._is_enough: bool | None = None
            self._pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))

        def finished(self) -> bool:
            """Ask only once after each poll: the SDK looks more often."""
            if self._is_enough is None:
                self._is_enough = enough()
            return super().finished() or self._is_enough

        def update_status(self) -> None:
            super().update_status()
            self._is_enough = None

        def _extract_delay(self) -> float:
            return max(super()._extract_delay(), next(self._pauses))

    return PacedPolling()
