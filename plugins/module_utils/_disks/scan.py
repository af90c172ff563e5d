# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pass over a disk: its tree digest, and the ranges that are not zero."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from .._core.limits import LARGEST_PAGE_WRITE
from .._core.ranges import PAGE, Range, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CHUNK = LARGEST_PAGE_WRITE
BLOCK = 4 * 1024
"""The size of a file system's block. A block of zeros is never sent, but a page of zeros that shares its block with data is:
leaving out single pages would take a hundred times the requests."""

_ZEROS = bytes(CHUNK)
_ZERO_CHUNK = hashlib.sha256(_ZEROS).digest()
_ZERO_BLOCK = bytes(BLOCK)


@dataclass(frozen=True)
class Scan:
    """The digest of a disk, and its ranges that are not zero."""

    digest: str
    ranges: tuple[Range, ...]


def scan(read: Callable[[Range], bytes], size: int, data: Iterable[Range]) -> Scan:
    """Compute the digest of a disk of `size` bytes and find its ranges to send. Only `data`, its parts outside of holes, is read.

    The digest is the SHA-256 over the SHA-256 of each 4 MiB; that of an all-zero chunk is known, so holes cost nothing.
    """
    found: list[Range] = []
    tree, holding = hashlib.sha256(), _Cursor(data)
    for piece in pieces(size, CHUNK):
        content = read(piece) if holding.touches(piece) else _ZEROS[: piece.length]
        if content == _ZEROS:
            tree.update(_ZERO_CHUNK)
            continue
        tree.update(hashlib.sha256(content).digest())
        found.extend(_data_runs(content, piece.start))
    return Scan(digest=f"sha256-4m:{tree.hexdigest()}", ranges=tuple(found))


def _data_runs(content: bytes, start: int) -> Iterator[Range]:
    """The runs of blocks in a chunk that are not zero, without the pages of zeros at their ends."""
    blocks = range(0, len(content), BLOCK)
    for empty, run in groupby(blocks, key=lambda block: content.startswith(_ZERO_BLOCK, block)):
        if empty:
            continue
        first, *others = run
        last = others[-1] if others else first
        head, tail = content[first : first + BLOCK], content[last : last + BLOCK]
        before = (len(head) - len(head.lstrip(b"\0"))) // PAGE * PAGE
        behind = -(-len(tail.rstrip(b"\0")) // PAGE) * PAGE
        yield Range(start + first + before, start + last + behind)


class _Cursor:
    """Tells, for pieces in ascending order, whether they overlap a data range."""

    def __init__(self, data: Iterable[Range]) -> None:
        self._data = iter(data)
        self._next = next(self._data, None)

    def touches(self, piece: Range) -> bool:
        while self._next is not None and self._next.end <= piece.start:
            self._next = next(self._data, None)
        return self._next is not None and self._next.start < piece.end
