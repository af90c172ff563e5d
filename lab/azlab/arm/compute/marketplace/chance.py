"""Random choices that are the same on every version of Python: only `Random.random` promises that."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """The random choices about one part of the catalogue. A part has its own, so that a change of one part leaves the others alone."""

    def __init__(self, seed: int, part: str) -> None:
        self._next = Random(f"{seed}:{part}").random

    def of(self, probability: float) -> bool:
        """Whether something happens that has this probability."""
        return self._next() < probability

    def number(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return least + int(self._next() * (most - least + 1))

    def one(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self._next() * len(choices))]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Different choices, in the order in which they are given."""
        places: set[int] = set()
        while len(places) < count:
            places.add(int(self._next() * len(choices)))
        return [choices[place] for place in sorted(places)]
