# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs all mutations of the prepared server, and says which checks and failures each has fired."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support.windows import judged, mutations
from tests.support.windows.guest import Guest
from tests.support.windows.mutations import Mutation

FILE = Path(__file__).parents[3] / "build" / "windows.json"
ENGINES = 2
"""Engines that run at the same time."""


@dataclass(frozen=True)
class Fired:
    """The checks and signatures that a mutation has fired."""

    name: str
    expected: str
    fired: Sequence[str]

    @property
    def is_right(self) -> bool:
        """Whether only the expected was fired, or nothing if nothing was expected."""
        return list(self.fired) == ([self.expected] if self.expected else [])


@dataclass(frozen=True)
class Found:
    """The mutations, and the guests that must fire nothing."""

    mutations: Sequence[Fired]
    quiet: Sequence[Fired]

    @property
    def wrong(self) -> list[Fired]:
        """The mutations that are not as expected."""
        return [each for each in (*self.mutations, *self.quiet) if not each.is_right]

    def lines(self) -> Iterator[str]:
        """A line for each."""
        for each in (*self.quiet, *self.mutations):
            yield f"{'ok   ' if each.is_right else 'WRONG'} {each.name}: {', '.join(each.fired) or 'nothing'}" + (
                "" if each.is_right else f", expected {each.expected or 'nothing'}"
            )


def campaign(folder: Path) -> Found:
    """Run all of them; ``folder`` is empty."""
    nothing = Mutation("the prepared server", "", lambda _guest: None)
    asked: list[tuple[Callable[[Guest], list[str]], Mutation]] = [
        (preflight, nothing),
        (course, nothing),
        *((course, each) for each in mutations.HARMLESS),
        *((preflight, each) for each in mutations.PREFLIGHT),
        *((course, each) for each in (*mutations.SIGNATURES, *mutations.SEQUENCES)),
    ]
    with ThreadPoolExecutor(ENGINES) as pool:
        found = list(pool.map(lambda each: _fired(each[1][0], each[1][1], folder / str(each[0])), enumerate(asked)))
    quiet = [each for each in found if not each.expected]
    return Found([each for each in found if each.expected], quiet)


def preflight(guest: Guest) -> list[str]:
    """The ids of the checks of the preflight that are not fine."""
    return judged.complaints(judged.preflight(guest))


def course(guest: Guest) -> list[str]:
    """The failure that the wait for Sysprep names."""
    return judged.failures(judged.sysprep(guest))


def _fired(judge: Callable[[Guest], list[str]], mutation: Mutation, folder: Path) -> Fired:
    guest = Guest.start(mutation.guest(), folder)
    fired = judge(guest)
    if guest.complaints:
        raise AssertionError(f"{mutation.name}: {guest.complaints}")
    return Fired(mutation.name, mutation.expected, fired)


def write(found: Found) -> None:
    """Write build/windows.json."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(
        json.dumps({"mutations": [asdict(each) for each in found.mutations], "quiet": [asdict(each) for each in found.quiet]}, indent=1)
    )
