# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bounds of listing images: samples in, rows with a measured value and a bound out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, NamedTuple

BURST, RATE = 250, 25
"""The reads that the Resource Manager allows a subscription at once, and the further ones per second:
https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling"""
OVER_BUDGET = 1.1
"""A walk may take this many times what the budget allows."""
CACHED_SECONDS = 0.8
REFUSED_PERCENT = 2.0
START_RATIO = 0.75
START_MIB = 75.0


class Sample(NamedTuple):
    """One run of a client: its duration, its calls to the catalogue, those of them that were refused with 429, and lines of progress."""

    seconds: float
    calls: int = 0
    refused: int = 0
    lines: int = 0

    @property
    def answered(self) -> int:
        """The calls that were not refused."""
        return self.calls - self.refused


class Pair(NamedTuple):
    """A run and a ping right before it: what the run takes in addition is not the start of a process."""

    ping: float
    run: Sample

    @property
    def beyond(self) -> float:
        """The seconds that the run took longer than the ping."""
        return self.run.seconds - self.ping


@dataclass(frozen=True)
class Row:
    """One bound: the value of each run, of which the median counts. The bound is a maximum, or a minimum if ``at_least``."""

    what: str
    unit: str
    runs: tuple[float, ...]
    bound: float
    source: str
    at_least: bool = False

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Row:
        """The row in a file of results."""
        return cls(**{**stored, "runs": tuple(stored["runs"])})

    @property
    def measured(self) -> float:
        """The value that counts."""
        return median(self.runs)

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    def as_stored(self) -> dict[str, Any]:
        """The row for a file of results, with numbers that a reader can compare."""
        return {**asdict(self), "runs": [round(each, 3) for each in self.runs], "bound": round(self.bound, 3)}


def named(ours: Sequence[Sample], others: Sequence[Sample]) -> list[Row]:
    """The rows of a list with a publisher and an offer, by us and by az."""
    what, source = "publisher and offer named, 40 ms per call", "`az vm image list` in the same run"
    return [
        Row(f"{what}: calls", "calls", _each(each.calls for each in ours), median(each.calls for each in others), source),
        Row(f"{what}: time", "s", _each(each.seconds for each in ours), median(each.seconds for each in others), source),
    ]


def walked(walks: Sequence[Sample], lists: int) -> list[Row]:
    """The rows of walks through a catalogue, of which so many lists must be read to find the images of some words."""
    what, calls = "words only, no cache", median(each.answered for each in walks)
    return [
        Row(f"{what}: calls", "calls", _each(each.answered for each in walks), lists, "1 + publishers + offers + matching SKUs"),
        Row(
            f"{what}: time",
            "s",
            _each(each.seconds for each in walks),
            OVER_BUDGET * budget_seconds(calls),
            f"{OVER_BUDGET} times what Azure's budget of {BURST} calls and {RATE} per second allows",
        ),
        Row(f"{what}: lines of progress", "lines", _each(each.lines for each in walks), 1, "at least one", at_least=True),
        Row(
            f"{what}: calls refused with 429",
            "%",
            _each(100 * each.refused / each.calls for each in walks),
            REFUSED_PERCENT,
            "of all calls",
        ),
    ]


def cached(pairs: Sequence[Pair]) -> list[Row]:
    """The rows of the same list from the cache."""
    what = "words only, from the cache"
    return [
        Row(f"{what}: calls", "calls", _each(each.run.calls for each in pairs), 0, "none"),
        Row(f"{what}: time", "s", _each(each.beyond for each in pairs), CACHED_SECONDS, "beyond `ansible.builtin.ping`"),
    ]


def started(pairs: Sequence[Pair], mib: Sequence[float]) -> list[Row]:
    """The rows of a list without images, which shows how long the module takes to start, and the memory of its process."""
    what = "start of the module"
    return [
        Row(f"{what}: time", "of a ping", _each(each.beyond / each.ping for each in pairs), START_RATIO, "beyond `ansible.builtin.ping`"),
        Row(f"{what}: memory", "MiB", tuple(mib), START_MIB, "largest resident set of its process"),
    ]


def budget_seconds(calls: float) -> float:
    """The shortest time in which the Resource Manager answers so many calls."""
    return max(0.0, (calls - BURST) / RATE)


def _each(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(values)
