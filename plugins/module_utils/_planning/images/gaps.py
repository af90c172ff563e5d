# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading many things of which some may be refused: the rest is still worth a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..._core.errors import GoldenImageError, InvalidRequest

T = TypeVar("T")


class Gaps:
    """Collects one sentence for each part that could not be read."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}
        self._first: GoldenImageError | None = None
        self._has_read = False

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences, each once."""
        return tuple(self._sentences)

    def find(self, part: Callable[[], T | None]) -> T | None:
        """A part, or None if it cannot be read. What is wrong with the request itself is raised."""
        try:
            found = part()
        except InvalidRequest:
            raise
        except GoldenImageError as error:
            self._first = self._first or error
            self.add(error.message)
            return None
        self._has_read = True
        return found

    def items(self, part: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
        """The items of a part; none if it cannot be read."""
        found: tuple[T, ...] | None = self.find(part)
        return found or ()

    def require_any(self) -> None:
        """Raise the first error if nothing at all could be read, as without the right to sign in."""
        if self._first and not self._has_read:
            raise self._first

    def add(self, *sentences: str) -> None:
        """Add sentences about parts that another one could not read."""
        self._sentences.update(dict.fromkeys(sentences))
