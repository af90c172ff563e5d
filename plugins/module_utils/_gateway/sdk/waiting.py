# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deadline of a task: one for everything that the task does in Azure."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ..._core.errors import TimedOut

T = TypeVar("T")

LOOK_SECONDS = 5.0
"""Between two reads of a resource on which another run's operation still works."""
VM_LOOK_SECONDS = 10.0
"""Between two reads of a VM on which an operation or its guest still works. Azure allows 12 reads of one VM in a minute, those of its boot
log included: https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits"""
GRACE_SECONDS = 120.0
OF_OPTION = "(wait_timeout is {seconds:g} s); operations that have started may continue in Azure, and the next run continues from there."
OF_READING = "(modules that only read have {seconds:g} s); run again when Azure answers faster, and choose less with the filters of a list."
"""Which limit has passed, and what to do: modules that only read have no option for it."""


class Deadline:
    """The moment at which a task's ``wait_timeout`` ends: its requests, retries, polls and waits share these seconds.

    It begins when the module connects, and is not started again for each wait. The clock is an argument, so that no test sleeps.
    ``explained`` says in a TimedOut where ``seconds`` come from, and what the user can do.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        explained: str = OF_OPTION,
    ) -> None:
        self.seconds = seconds
        self._explained = explained
        self._clock = clock
        self._sleep = sleep
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left, at least 0."""
        return max(0.0, self._end - self._clock())

    @property
    def now(self) -> float:
        """The time of its clock, in seconds."""
        return self._clock()

    def require(self, seconds: float = 0.0) -> None:
        """Raise TimedOut if less than this many seconds are left."""
        if self.left <= seconds:
            reason = f"a wait of {seconds:g} s is due, {self.left:.0f} s are left" if seconds and self.left else "the time limit has passed"
            raise TimedOut(f"{reason} {self._explained.format(seconds=self.seconds)}")

    def sleep(self, seconds: float) -> None:
        """Sleep, or raise TimedOut at once if the deadline comes first."""
        self.require(seconds)
        self._sleep(seconds)

    def until(self, read: Callable[[], T], ready: Callable[[T], bool], every: float = LOOK_SECONDS, at_most: float = math.inf) -> T:
        """Read every few seconds until the value is ready, ``at_most`` seconds have passed or the deadline is near; the last value."""
        end = self._clock() + at_most
        while not ready(value := read()) and self.left > every and self._clock() + every <= end:
            self._sleep(every)
        return value

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Move the deadline by the duration of the block."""
        began = self._clock()
        try:
            yield
        finally:
            self._end += self._clock() - began

    @contextmanager
    def grace(self, seconds: float = GRACE_SECONDS) -> Iterator[None]:
        """Allow at least this long for closing access to a disk, even after the deadline."""
        end = self._end
        self._end = max(end, self._clock() + seconds)
        try:
            yield
        finally:
            self._end = end
