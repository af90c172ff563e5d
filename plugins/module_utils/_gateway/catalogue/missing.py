# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences about the lists of a catalogue that could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..._core.errors import GoldenImageError
from .place import Place

MOST = 10
"""So many lists that are missing for the same reason have a sentence each; more of them have one together."""
EXAMPLES = 3


class Missed(NamedTuple):
    """A list that could not be read, and why."""

    place: Place
    error: GoldenImageError

    @property
    def reason(self) -> str:
        """Why it could not be read, as the end of a sentence."""
        return self.error.message.partition(": ")[2] or self.error.message

    @property
    def kind(self) -> tuple[object, ...]:
        """Equal for lists of one level that are missing for the same reason."""
        return self.place.level, type(self.error), self.error.facts.get("status"), self.error.facts.get("code")


def sentences(missed: Iterable[Missed]) -> tuple[str, ...]:
    """A sentence for each list, or one for all of a kind if there are many of them."""
    kinds: dict[tuple[object, ...], list[Missed]] = {}
    for each in missed:
        kinds.setdefault(each.kind, []).append(each)
    return tuple(sentence for several in kinds.values() for sentence in _sentences(several))


def _sentences(several: list[Missed]) -> list[str]:
    in_order = sorted(several, key=lambda each: each.place)
    if len(several) <= MOST:
        return [f"could not read {each.place.title}: {each.reason}" for each in in_order]
    examples = ", ".join(":".join(filter(None, each.place)) for each in in_order[:EXAMPLES])
    level, reason = in_order[0].place.level, in_order[0].reason
    return [f"could not read the {level} of {len(several)} parts of the Marketplace ({examples} ...): {reason}"]
