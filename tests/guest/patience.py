# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What patience is counted in here: the processor time of a guest. The wall clock ends only what hangs idle."""

from __future__ import annotations

import os
import time
from pathlib import Path

from azlab.guests.access.proxy import NoWay, find

HANG = 7200.0
_BEGAN = time.monotonic()
_TICK = os.sysconf("SC_CLK_TCK")


def require_time(what: str) -> None:
    """Fail once the tier as a whole has hung."""
    assert time.monotonic() - _BEGAN < HANG, f"the guest tier hangs: {what}"


def cpu_seconds(state: Path, vm: str) -> float | None:
    """Processor time that the QEMU of a VM took since its start; None for a VM that does not run."""
    try:
        fields = Path(f"/proc/{find(state, vm).pid('qemu')}/stat").read_text().rpartition(")")[2].split()
    except (NoWay, OSError):
        return None
    return (int(fields[11]) + int(fields[12])) / _TICK


class CpuClock:
    """The clock of a stage whose guests get processor time, not time."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def __call__(self, vm: str) -> float:
        require_time(f"VM {vm} does not do what is waited for")
        spent = cpu_seconds(self._state, vm)
        assert spent is not None, f"VM {vm} has ended"
        return spent
