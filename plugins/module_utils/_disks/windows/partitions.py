# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of the partitions of a disk. The content of a partition is read by others: its type says little about what it holds."""

from __future__ import annotations

import struct
import zlib
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ..._core.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..._core.model.disk_bytes import DiskBytes

SECTOR = 512
LIMIT = 256
"""More partitions than this are not looked at. Windows makes at most 128 on a GPT."""
_PROTECTIVE, _EXTENDED = 0xEE, (0x05, 0x0F, 0x85)
_LARGEST_TABLE = 128 * 1024


class Table(NamedTuple):
    """The partitions of a disk, in the order of their places in the table; ``kind`` is gpt, mbr, or None without a table."""

    kind: str | None
    partitions: tuple[Range, ...]
    flaw: str | None = None


def find_partitions(disk: DiskBytes) -> Table:
    """The partitions of a disk. Without a valid table there is a flaw."""
    if disk.size < SECTOR:
        return Table(None, (), f"the disk is shorter than one sector of {SECTOR} bytes")
    start = disk.read(0, SECTOR)
    if start[510:512] != b"\x55\xaa":
        return Table(None, (), "the disk has no partition table")
    entries = _entries(start)
    if any(start[offset] not in (0x00, 0x80) for offset in range(446, 510, 16)):
        return Table(None, (), "the disk has no partition table")
    if any(kind == _PROTECTIVE for kind, part in entries):
        return _gpt(disk)
    return _within(disk, "mbr", _mbr(disk, entries))


def _within(disk: DiskBytes, kind: str, parts: Iterable[Range]) -> Table:
    """The first partitions that begin on the disk. One that reaches past the end is a flaw, and is cut there: its start may be readable."""
    listed = [part for part in islice(parts, LIMIT) if part.end > part.start]
    beyond = max((part.end for part in listed), default=0) > disk.size
    found = tuple(Range(part.start, min(part.end, disk.size)) for part in listed if part.start < disk.size)
    return Table(kind, found, f"a partition ends after the {disk.size} bytes of the disk, which is truncated" if beyond else None)


def _entries(sector: bytes) -> list[tuple[int, Range]]:
    """The entries in use of a master or extended boot record: type and place, as written there."""
    found = []
    for offset in range(446, 510, 16):
        kind, first, count = struct.unpack_from("<4xB3xII", sector, offset)
        if kind and count:
            found.append((kind, Range(first * SECTOR, (first + count) * SECTOR)))
    return found


def _mbr(disk: DiskBytes, entries: list[tuple[int, Range]]) -> Iterator[Range]:
    """Primary partitions, and those in an extended one."""
    for kind, part in entries:
        if kind in _EXTENDED:
            yield from _logical(disk, part.start)
        else:
            yield part


def _logical(disk: DiskBytes, base: int) -> Iterator[Range]:
    """The partitions in an extended one, a chain of records. Each is visited once, so a chain that bites its tail ends."""
    record, visited = base, set[int]()
    while record not in visited and len(visited) < LIMIT and record + SECTOR <= disk.size:
        visited.add(record)
        sector = disk.read(record, SECTOR)
        if sector[510:512] != b"\x55\xaa":
            return
        following = record
        for kind, part in _entries(sector):
            if kind in _EXTENDED:
                following = base + part.start
            else:
                yield Range(record + part.start, record + part.end)
        record = following


def _gpt(disk: DiskBytes) -> Table:
    """A GPT, by its first header or else by the backup in the last sector."""
    for header in (SECTOR, disk.size // SECTOR * SECTOR - SECTOR):
        parts = _gpt_at(disk, header)
        if parts is not None:
            return _within(disk, "gpt", parts)
    return Table("gpt", (), "both headers of the GPT are damaged")


def _gpt_at(disk: DiskBytes, place: int) -> list[Range] | None:
    """The partitions by the header at a place; None if the header or its entries are damaged."""
    if not 0 < place <= disk.size - SECTOR:
        return None
    sector = disk.read(place, SECTOR)
    signature, length, checksum = struct.unpack_from("<8s4xII", sector)
    if signature != b"EFI PART" or not 92 <= length <= SECTOR:
        return None
    if zlib.crc32(sector[:16] + bytes(4) + sector[20:length]) != checksum:
        return None
    first, count, width, entries_checksum = struct.unpack_from("<QIII", sector, 72)
    if width < 128 or not 0 < count * width <= _LARGEST_TABLE or first * SECTOR + count * width > disk.size:
        return None
    entries = disk.read(first * SECTOR, count * width)
    if zlib.crc32(entries) != entries_checksum:
        return None
    found = []
    for offset in range(0, len(entries), width):
        kind, begin, last = struct.unpack_from("<16s16xQQ", entries, offset)
        if any(kind):
            found.append(Range(begin * SECTOR, (last + 1) * SECTOR))
    return found
