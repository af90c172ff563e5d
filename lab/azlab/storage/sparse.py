"""Sparse local disk files: the parts that hold data, and writing only what is not zero."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator

CHUNK = 1 << 20  # the unit of comparing and of sending
WINDOW = 4 << 20  # the bytes of one request, which is the limit of Put Page
_PIECE = 64 << 10
_ZEROS = bytes(WINDOW)

Range = tuple[int, int]


def is_zero(data: bytes) -> bool:
    """Whether data, at most one window of it, is all zeros."""
    return data == _ZEROS if len(data) == WINDOW else data == _ZEROS[: len(data)]


def extents(descriptor: int, size: int) -> Iterator[Range]:
    """The parts of a file that are not holes, as (start, end)."""
    position = 0
    while position < size:
        try:
            position = os.lseek(descriptor, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:  # which means that only a hole follows
                raise
            return
        end = min(os.lseek(descriptor, position, os.SEEK_HOLE), size)
        if position < end:
            yield position, end
        position = end


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same bytes as ascending ranges that neither touch nor overlap."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def windows(ranges: Iterable[Range], size: int) -> list[Range]:
    """The complete chunks that these ranges touch, in windows small enough for one request."""
    touched = merged((start - start % CHUNK, min(-(-end // CHUNK) * CHUNK, size)) for start, end in ranges)
    return [(at, min(at + WINDOW, end)) for start, end in touched for at in range(start, end, WINDOW)]


def chunks(start: int, data: bytes) -> Iterator[tuple[int, bytes]]:
    """The data of a window that begins at `start`, in chunks, each with its offset on the disk."""
    for at in range(0, len(data), CHUNK):
        yield start + at, data[at : at + CHUNK]


def write_sparsely(descriptor: int, start: int, data: bytes) -> None:
    """Write the parts of data that are not zero into a file that has only holes there."""
    for at in range(0, len(data), _PIECE):
        piece = data[at : at + _PIECE]
        if not is_zero(piece):
            os.pwrite(descriptor, piece, start + at)
