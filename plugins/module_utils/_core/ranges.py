# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Byte ranges of a disk: half open, aligned to pages, and short enough for one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE = 512
"""The alignment of every write, in bytes."""


@dataclass(frozen=True, order=True)
class Range:
    """The bytes from `start` up to `end`, which is not included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """The number of bytes."""
        return self.end - self.start


def total(ranges: Iterable[Range]) -> int:
    """The number of bytes in all ranges."""
    return sum(part.length for part in ranges)


def pieces(size: int, length: int) -> Iterator[Range]:
    """Cut a disk of `size` bytes into pieces of `length`; only the last may be shorter."""
    return (Range(start, min(start + length, size)) for start in range(0, size, length))
