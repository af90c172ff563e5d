# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule: one thing that Sysprep, or the first start from the image, requires of a Windows guest, and how what breaks it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ...._core.checks import BLOCK, OK, UNPROVEN, Check
from .facts import Facts
from .section import Unread

GUEST = "guest"
AZURE, OTHER = "azure", "other"
"""The platforms on which the machine runs now."""


@dataclass(frozen=True)
class Guest:
    """A Windows guest: its facts and its platform."""

    facts: Facts
    platform: str


class Finding(NamedTuple):
    """Something that breaks a rule: the thing and its place, the remedy, the verdict, and whether windows_prepare is going to mend it."""

    what: str
    mend: str
    verdict: str = BLOCK
    prepared: bool = False


Find = Callable[[Guest], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    """One requirement. ``fine`` is the clause about a guest that meets it, or to which it does not apply.

    Each function of ``finds`` asks one question, so that a fact that could not be read leaves the others answered. ``forbids`` is whether
    the image would be lost without this: then a question without an answer forbids Sysprep too.
    """

    id: str
    fine: str
    why: str
    source: str
    finds: tuple[Find, ...]
    forbids: bool = True

    def rows(self, guest: Guest) -> Iterator[tuple[Check, bool]]:
        """A row for each finding, and whether windows_prepare mends it; one row that says that all is well if there is none."""
        found = tuple(dict.fromkeys(finding for find in self.finds for finding in _answers(find, guest)))
        for finding in found or (Finding(self.fine, "", OK),):
            why = "" if finding.verdict == OK else self.why
            yield Check(self.id, GUEST, finding.verdict, finding.what, why, finding.mend, self.source), finding.prepared


def _answers(find: Find, guest: Guest) -> Iterator[Finding]:
    """The findings of one question, or that it could not be answered."""
    try:
        yield from find(guest)
    except Unread as unread:
        yield Finding(str(unread), "find out why the fact could not be read, mend that and run again", UNPROVEN)
