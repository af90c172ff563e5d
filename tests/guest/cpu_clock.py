# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Timeouts in processor time of a guest, so that a slow machine does not fail a test; wall-clock time only ends tests that hang."""

from __future__ import annotations

import os
import time
from pathlib import Path

from azlab.guests.access.proxy import NoWay, find

TIER_TIMEOUT = 7200.0
_STARTED = time.monotonic()
_TICK = os.sysconf("SC_CLK_TCK")


def require_time(waiting_for: str) -> None:
    """Fail if the tier has been running for two hours."""
    assert time.monotonic() - _STARTED < TIER_TIMEOUT, f"the guest tier hangs: {waiting_for}"


def cpu_seconds(state: Path, vm: str) -> float | None:
    """The processor time in seconds that QEMU has used for a VM since its start; None if the VM is not running."""
    try:
        fields = Path(f"/proc/{find(state, vm).pid('qemu')}/stat").read_text().rpartition(")")[2].split()
    except (NoWay, OSError):
        return None
    return (int(fields[11]) + int(fields[12])) / _TICK


class CpuClock:
    """The `clock` of an Environment: counts the processor time of a guest."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def __call__(self, vm: str) -> float:
        require_time(f"VM {vm} does not reach the expected state")
        used = cpu_seconds(self._state, vm)
        assert used is not None, f"VM {vm} is not running"
        return used
