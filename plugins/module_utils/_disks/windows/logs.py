# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry hives that Windows had not written completely, and the transaction logs that complete them.

The layout is that of "Windows registry file format specification" by Maxim Suhanov (https://github.com/msuhanov/regf). Entries of another
time lie behind the valid ones in a log, so only those count whose checksums are right and whose numbers follow each other.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BASE = 4096
"""The size of the base block of a hive. The bins follow."""
SECTOR = 512
_SEED = 0x82EF4D887A4E55C5
_HEADER = 40
_LARGEST_GROWTH = 64 * 1024 * 1024
"""A log never makes a hive this much larger, so that a false one cannot take all memory."""


class DamagedHive(Exception):
    """A hive cannot be read, and why."""


class Numbers(NamedTuple):
    """The numbers of the last write that was begun and of the last one that was completed."""

    begun: int
    completed: int


@dataclass(frozen=True)
class Entry:
    """One entry of a log: the size of all bins after it, and the pages that it replaces."""

    number: int
    size: int
    pages: tuple[tuple[int, bytes], ...]


def is_dirty(hive: bytes) -> bool:
    """Whether the last write into a hive was not completed."""
    numbers = numbers_of(hive)
    return numbers.begun != numbers.completed or not _is_checked(hive)


def numbers_of(hive: bytes) -> Numbers:
    """The numbers in a base block."""
    if len(hive) < SECTOR or hive[:4] != b"regf":
        raise DamagedHive("it has no base block of a registry hive")
    return Numbers(*struct.unpack_from("<II", hive, 4))


def replay(hive: bytes, logs: Sequence[bytes]) -> bytes:
    """A dirty hive completed by its logs. Raises ``DamagedHive`` if they do not continue it."""
    completed = numbers_of(hive).completed
    entries = {entry.number: entry for log in logs for entry in _entries(log)}
    first = min((number for number in entries if number >= completed), default=None)
    if first is None:
        return _replay_old(hive, logs)
    content = bytearray(hive)
    while first in entries:
        _apply(content, entries[first])
        first += 1
    return bytes(content)


def _is_checked(block: bytes) -> bool:
    """Whether the checksum of a base block is right."""
    words = struct.unpack_from("<128I", block)
    found = reduce(xor, words[:127])
    return bool({0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(found, found) == words[127])


def _apply(content: bytearray, entry: Entry) -> None:
    """Write the pages of an entry, which may make the hive larger."""
    _grow(content, BASE + entry.size)
    for offset, page in entry.pages:
        if BASE + offset + len(page) > len(content):
            raise DamagedHive("its log holds pages outside of it")
        content[BASE + offset : BASE + offset + len(page)] = page
    struct.pack_into("<I", content, 40, entry.size)


def _grow(content: bytearray, size: int) -> None:
    if size > len(content) + _LARGEST_GROWTH:
        raise DamagedHive("its log makes it much larger than it is")
    content.extend(bytes(max(size - len(content), 0)))


def _entries(log: bytes) -> Iterable[Entry]:
    """The valid entries of a log since Windows 8.1 that follow each other."""
    if log[:4] != b"regf":
        return
    place, following = SECTOR, None
    while (entry := _entry(log, place)) is not None and following in (None, entry.number):
        yield entry
        place, following = place + struct.unpack_from("<I", log, place + 4)[0], entry.number + 1


def _entry(log: bytes, place: int) -> Entry | None:
    """The entry at a place in a log; None if there is no valid one."""
    if log[place : place + 4] != b"HvLE" or len(log) < place + _HEADER:
        return None
    length, flags, number, size, count, data_hash, header_hash = struct.unpack_from("<IIIIIQQ", log, place + 4)
    if length % SECTOR or not _HEADER + 8 * count <= length <= len(log) - place:
        return None
    if marvin32(log[place : place + 32]) != header_hash or marvin32(log[place + _HEADER : place + length]) != data_hash:
        return None
    pages, at = [], place + _HEADER + 8 * count
    for offset, width in struct.iter_unpack("<II", log[place + _HEADER : at]):
        if at + width > place + length:
            return None
        pages.append((offset, log[at : at + width]))
        at += width
    return Entry(number, size, tuple(pages))


def _replay_old(hive: bytes, logs: Sequence[bytes]) -> bytes:
    """A dirty hive completed by a log as Windows wrote them before 8.1: a bitmap of sectors, and these sectors."""
    usable = [log for log in logs if _continues(hive, log)]
    if not usable:
        raise DamagedHive("Windows had not written it completely, and its transaction logs are missing or do not continue it")
    log = max(usable, key=lambda each: numbers_of(each).begun)
    size = struct.unpack_from("<I", log, 40)[0]
    content = bytearray(hive)
    _grow(content, BASE + size)
    bits = size // SECTOR
    bitmap = log[SECTOR + 4 : SECTOR + 4 + (bits + 7) // 8]
    source = -(-(SECTOR + 4 + len(bitmap)) // SECTOR) * SECTOR
    for sector in range(min(bits, 8 * len(bitmap))):
        if bitmap[sector // 8] >> sector % 8 & 1:
            page = log[source : source + SECTOR]
            if len(page) < SECTOR:
                raise DamagedHive("its transaction log is truncated")
            content[BASE + sector * SECTOR : BASE + (sector + 1) * SECTOR] = page
            source += SECTOR
    struct.pack_into("<I", content, 40, size)
    return bytes(content)


def _continues(hive: bytes, log: bytes) -> bool:
    """Whether an old log is complete and not older than the hive."""
    if len(log) < 2 * SECTOR or log[:4] != b"regf" or log[SECTOR : SECTOR + 4] != b"DIRT" or not _is_checked(log):
        return False
    numbers = numbers_of(log)
    return numbers.begun == numbers.completed >= numbers_of(hive).completed


def marvin32(data: bytes, seed: int = _SEED) -> int:
    """The checksum in entries of a log: Marvin32 with the seed that Windows uses for them."""
    low, high = seed & 0xFFFFFFFF, seed >> 32
    whole = len(data) // 4 * 4
    rest = int.from_bytes(data[whole:] + b"\x80", "little")
    for word in (*struct.unpack_from(f"<{whole // 4}I", data), rest, 0):
        low = (low + word) & 0xFFFFFFFF
        high ^= low
        low = ((low << 20 | low >> 12) + high) & 0xFFFFFFFF
        high = (high << 9 | high >> 23) & 0xFFFFFFFF ^ low
        low = ((low << 27 | low >> 5) + high) & 0xFFFFFFFF
        high = (high << 19 | high >> 13) & 0xFFFFFFFF
    return high << 32 | low
