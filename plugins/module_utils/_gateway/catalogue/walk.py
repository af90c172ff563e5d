# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A walk through the catalogue of a region: several threads read lists, and whatever can be read is returned."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from ..._core.errors import GoldenImageError, TimedOut
from ..._core.listener import Listener
from ..._core.model.marketplace import Chosen
from .cache import Items
from .missing import Missed
from .place import Place

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

THREADS = 10
"""At 40 ms for each call they send 250 in a second, ten times what Azure's budget allows for long. requests keeps as many connections."""
HOPELESS = 50
"""So many reads that fail one after the other end a walk: the network or the rights are the reason, not one publisher."""
SAVE_SECONDS = 30.0
"""Between two writes of the cache during a walk, so that a run that is killed has not read for nothing."""

Read = Callable[[Place], Items]


class ListCache(Protocol):
    """A cache of lists, such as ``Cache``."""

    def get(self, place: Place) -> Items | None:
        """The list at a place, or None."""

    def keep(self, place: Place, items: Items) -> None:
        """Remember a list."""

    def save(self) -> None:
        """Write the lists that were remembered."""


class Walker:
    """One walk. ``read`` is called in threads, everything else in the caller's.

    ``found`` has the versions by SKU, ``missed`` the lists that could not be read, and ``cached`` says whether the cache had any list.
    """

    def __init__(self, read: Read, cache: ListCache, listener: Listener, clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._cache, self._listener, self._clock = read, cache, listener, clock
        self._waiting: list[Place] = []
        self._running: dict[Future[Items], Place] = {}
        self._done = self._failures = 0
        self.found: dict[Place, Items] = {}
        self.missed: list[Missed] = []
        self.cached = False
        self._is_given_up = self._is_answered = False

    @property
    def is_vain(self) -> bool:
        """Whether nothing was found because the walk was given up, or because no list but that of all publishers could be read."""
        return bool(self.missed) and not self.found and (self._is_given_up or not self._is_answered)

    def walk(self, start: list[Place], chosen: Chosen) -> None:
        """Read the lists of some places and of all chosen ones below them."""
        self._visit(start, chosen)
        if self._waiting:
            with self._saving(), threads() as pool:
                self._walk(pool, chosen)

    def _walk(self, pool: ThreadPoolExecutor, chosen: Chosen) -> None:
        from concurrent.futures import FIRST_COMPLETED, wait

        saved_at = self._clock()
        while self._waiting or self._running:
            while self._waiting and len(self._running) < THREADS:
                place = self._waiting.pop()
                self._running[pool.submit(self._read, place)] = place
            for future in wait(self._running, return_when=FIRST_COMPLETED).done:
                self._take(self._running.pop(future), future, chosen)
            self._listener.walked(self._done, self._done + len(self._waiting) + len(self._running))
            if self._clock() - saved_at > SAVE_SECONDS:
                self._cache.save()
                saved_at = self._clock()

    def _take(self, place: Place, future: Future[Items], chosen: Chosen) -> None:
        """Take the answer of a thread. An error that is not Azure's is a bug, and is raised."""
        self._done += 1
        try:
            items = future.result()
        except GoldenImageError as error:
            self.missed.append(Missed(place, error))
            self._failures += 1
            if isinstance(error, TimedOut) or self._failures >= HOPELESS:
                self.missed += [Missed(each, error) for each in self._waiting]
                self._waiting, self._is_given_up = [], True
            return
        self._failures = 0
        self._is_answered = self._is_answered or bool(place.publisher)
        self._cache.keep(place, items)
        self._visit(self._entered(place, items, chosen), chosen)

    def _visit(self, places: list[Place], chosen: Chosen) -> None:
        """Enter those places that the cache has, and all below them that it has. The others wait for a thread, the deepest ones first."""
        unknown, following = [], places[::-1]
        while following:
            place = following.pop()
            if (items := self._cache.get(place)) is None:
                unknown.append(place)
            else:
                self.cached = True
                following += reversed(self._entered(place, items, chosen))
        self._waiting += reversed(unknown)

    def _entered(self, place: Place, items: Items, chosen: Chosen) -> list[Place]:
        """Keep the versions of a SKU; of any other list, the places that follow."""
        if place.sku:
            self.found[place] = items
            return []
        return place.chosen_below(tuple(dict.fromkeys(name for name, _properties in items)), chosen)

    @contextmanager
    def _saving(self) -> Iterator[None]:
        """Write the cache at the end, however the walk ends."""
        try:
            yield
        finally:
            self._cache.save()


@contextmanager
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that read. If the block fails, reads that have not begun are dropped."""
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(THREADS)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
