# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast requests may follow each other, so that Azure's budgets of reads are used up and never overdrawn.

Azure gives each subscription, identity and region a budget that fills again all the time, and says in each answer how much of it is left.
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

THROTTLED = 429
HELD_SECONDS = 1.0
"""How long all requests pause after a 429 that does not say for how long."""
RESERVE = 10.0
"""The calls of a budget that are not used: others may take from it between two of our answers."""
FIRST_LOOK = 0.02
"""Seconds between two looks whether the first answer, which shows the budgets, has come."""
SHORTEST_PAUSE = 0.001
SHORTEST_BRAKE, LONGEST_BRAKE, RELEASE = 0.04, 5.0, 0.99
"""The seconds between two calls after a 429, at most, and what is left of them after each call that was not refused: no header names the
budget of every resource provider."""
OF_RESOURCES = "x-ms-ratelimit-remaining-resource"
_WINDOW = re.compile(r"(\d+)Min$")
"""The end of the name of a budget of a resource provider, such as Microsoft.Compute/LowCostGet3Min."""


class Budget:
    """A budget of calls, as far as answers have shown it."""

    def __init__(self, size: float, rate: float, now: float) -> None:
        self.size, self.rate = size, rate
        self._left, self._seen_at = size, now

    def pause(self, now: float) -> float:
        """Seconds until another call leaves the reserve untouched; 0 or less if it may be sent now."""
        return (min(RESERVE, self.size / 10) + 1 - self._at(now)) / self.rate

    def take(self, now: float) -> None:
        """Count one call."""
        self._left, self._seen_at = self._at(now) - 1, now

    def learn(self, remaining: float, later: int, now: float) -> None:
        """Learn what is left after a call, since which ``later`` others were sent. A budget may be larger than is documented."""
        self.size = max(self.size, remaining)
        self._left, self._seen_at = remaining - later, now

    def _at(self, now: float) -> float:
        return min(self.size, self._left + self.rate * (now - self._seen_at))


class Window(Budget):
    """A budget that a resource provider names, with the minutes in which it fills again."""

    def __init__(self, size: float, minutes: int, now: float) -> None:
        super().__init__(size, size / (60 * minutes), now)
        self._minutes = minutes

    def learn(self, remaining: float, later: int, now: float) -> None:
        """Learn what is left; its rate follows from the largest remainder that was seen."""
        super().learn(remaining, later, now)
        self.rate = max(self.size, 1.0) / (60 * self._minutes)


class Call(NamedTuple):
    """A request that may be sent. ``number`` counts the requests of a pace."""

    number: int


class Pace:
    """Says when each request of several threads may be sent.

    The first request is sent alone: it signs in, and its answer shows the budgets.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        now = clock()
        self._budgets: dict[str, Budget] = {
            "x-ms-ratelimit-remaining-subscription-reads": Budget(250, 25, now),
            "x-ms-ratelimit-remaining-subscription-global-reads": Budget(3750, 375, now),
        }
        self._taken = self._newest = 0
        self._is_answered = False
        self._held_until = self._taken_at = now
        self._brake = 0.0

    def take(self) -> Call:
        """Wait until a request may be sent; raises what ``sleep`` raises, which is TimedOut if the deadline of the task comes first."""
        while isinstance(found := self.try_take(), float):
            self._sleep(found)
        return found

    def try_take(self) -> Call | float:
        """A request that may be sent now, or the seconds to wait before the next try."""
        with self._lock:
            now = self._clock()
            if self._taken and not self._is_answered:
                return FIRST_LOOK
            pauses = [self._held_until - now, self._taken_at + self._brake - now, *(each.pause(now) for each in self._budgets.values())]
            if (pause := max(pauses)) > 0:
                return max(pause, SHORTEST_PAUSE)
            for budget in self._budgets.values():
                budget.take(now)
            self._taken, self._taken_at = self._taken + 1, now
            return Call(self._taken)

    def answered(self, call: Call, status: int = 0, headers: Mapping[str, str] | None = None, retry_after: float | None = None) -> None:
        """Learn from the answer to a request; one that never came has no headers."""
        with self._lock:
            now, self._is_answered = self._clock(), True
            if call.number > self._newest and headers:
                self._newest = call.number
                for name, remaining in _remainders(headers).items():
                    if (budget := self._budgets.get(name) or self._window(name, remaining, now)) is not None:
                        budget.learn(remaining, self._taken - call.number, now)
            if status != THROTTLED:
                self._brake = self._brake * RELEASE if self._brake > SHORTEST_BRAKE / 10 else 0.0
            else:
                self._hold(now, HELD_SECONDS if retry_after is None else retry_after)

    def _hold(self, now: float, seconds: float) -> None:
        """Hold all requests back. Answers to requests that were sent before do not lengthen the brake again."""
        if now >= self._held_until:
            self._brake = min(LONGEST_BRAKE, max(SHORTEST_BRAKE, 2 * self._brake))
        self._held_until = max(self._held_until, now + seconds)

    def _window(self, name: str, remaining: float, now: float) -> Budget | None:
        """A new budget of a resource provider; None if its name does not say when it fills again."""
        if found := _WINDOW.search(name):
            self._budgets[name] = Window(remaining, int(found[1]), now)
        return self._budgets.get(name)


def _remainders(headers: Mapping[str, str]) -> dict[str, float]:
    """The remainder of each budget that an answer names."""
    found = {}
    for header, text in headers.items():
        name = header.casefold()
        parts = (part.rpartition(";") for part in text.split(",")) if name == OF_RESOURCES else [(name, "", text)]
        if name.startswith("x-ms-ratelimit-remaining-"):
            found.update({budget.strip(): float(left) for budget, _semicolon, left in parts if left.strip().isdecimal()})
    return found
