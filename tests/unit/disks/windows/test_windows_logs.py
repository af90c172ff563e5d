# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hives that Windows had not written completely, and their logs: in the format since Windows 8.1, and in the one before."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.logs import (
    DamagedHive,
    is_dirty,
    marvin32,
    numbers_of,
    replay,
)

from tests.support.windows.disks import log_entry

BASE = 4096
BINS = 8192


def block(begun: int, completed: int, size: int = BINS) -> bytes:
    """The first sector of a hive or a log, with a right checksum."""
    content = struct.pack("<4sII", b"regf", begun, completed).ljust(40, b"\0") + struct.pack("<I", size)
    content = content.ljust(508, b"\0")
    checksum = 0
    for word in struct.unpack("<127I", content):
        checksum ^= word
    return content + struct.pack("<I", checksum)


def hive(begun: int, completed: int) -> bytes:
    """A hive whose bins are full of the letter a."""
    return block(begun, completed).ljust(BASE, b"\0") + b"a" * BINS


def log(number: int, *entries: bytes) -> bytes:
    """A log since Windows 8.1."""
    return block(number, number) + b"".join(entries)


def entry(number: int, letter: bytes, place: int = 0, size: int = BINS) -> bytes:
    """An entry that replaces one page by a letter."""
    return log_entry(number, size, [(place, letter * 4096)])


def old_log(number: int, letter: bytes, *changed: int) -> bytes:
    """A log before Windows 8.1, which replaces sectors by a letter."""
    bitmap = bytearray(BINS // 512 // 8)
    for sector in changed:
        bitmap[sector // 8] |= 1 << sector % 8
    return block(number, number) + (b"DIRT" + bitmap).ljust(512, b"\0") + letter * 512 * len(changed)


@pytest.mark.parametrize("seed, data, expected", [
    (0x004FB61A001BDBCC, "", 0x30ED35C100CD3C7D),
    (0x004FB61A001BDBCC, "af", 0x48E73FC77D75DDC1),
    (0x004FB61A001BDBCC, "e70f", 0xB5F6E1FC485DBFF8),
    (0x004FB61A001BDBCC, "37f495", 0xF0B07C789B8CF7E8),
    (0x004FB61A001BDBCC, "8642dc59", 0x7008F2E87E9CF556),
])  # fmt: skip
def test_the_checksum_is_that_of_the_published_examples(seed: int, data: str, expected: int) -> None:
    """Examples of Marvin32 in .NET, which has the same algorithm with other seeds."""
    assert marvin32(bytes.fromhex(data), seed) == expected


def test_a_hive_is_dirty_if_its_numbers_differ_or_its_checksum_is_wrong() -> None:
    assert not is_dirty(hive(5, 5))
    assert is_dirty(hive(6, 5))
    assert is_dirty(hive(5, 5)[:100] + b"x" + hive(5, 5)[101:])
    with pytest.raises(DamagedHive):
        numbers_of(b"regf")


@pytest.mark.parametrize("logs, letters", [
    ([log(5, entry(5, b"b"))], b"ba"),
    ([log(5, entry(5, b"b"), entry(6, b"c"))], b"ca"),
    ([log(5, entry(5, b"b"), entry(6, b"c", 4096))], b"bc"),
    ([log(7, entry(7, b"d")), log(5, entry(5, b"b"), entry(6, b"c", 4096))], b"dc"),
    ([log(5, entry(5, b"b"), entry(3, b"x", 4096))], b"ba"),
    ([log(3, entry(3, b"x"), entry(4, b"x", 4096)), log(5, entry(5, b"b"))], b"ba"),
    ([log(5, entry(5, b"b"), entry(6, b"c")[:-1] + b"x")], b"ba"),
    ([log(9, entry(9, b"b"))], b"ba"),
], ids=["one", "two of one page", "two pages", "two logs", "old ones behind", "an older log", "a changed one", "a later one"])  # fmt: skip
def test_entries_that_follow_each_other_are_applied_and_others_are_not(logs: list[bytes], letters: bytes) -> None:
    content = replay(hive(6, 5), logs)
    assert content[BASE::4096] == letters


def test_a_log_can_make_a_hive_larger() -> None:
    content = replay(hive(6, 5), [log(5, entry(5, b"b", place=BINS, size=BINS + 4096))])
    assert len(content) == BASE + BINS + 4096
    assert content[BASE::4096] == b"aab"


def test_an_old_log_replaces_sectors() -> None:
    content = replay(hive(6, 5), [old_log(6, b"b", 0, 9), b""])
    assert content[BASE::512] == b"baaaaaaaabaaaaaa"


@pytest.mark.parametrize("logs", [
    [],
    [b""],
    [b"x" * 2000],
    [log(4, entry(4, b"x"))],
    [old_log(4, b"x", 0)],
    [old_log(6, b"x", 0)[:-1]],
    [log(5, entry(5, b"b", place=BINS))],
    [log(5, entry(5, b"b", size=1 << 31))],
], ids=["none", "empty", "noise", "older", "older of the old kind", "truncated", "outside of the hive", "much larger"])  # fmt: skip
def test_logs_that_do_not_complete_a_hive_are_refused(logs: list[bytes]) -> None:
    with pytest.raises(DamagedHive):
        replay(hive(6, 5), logs)
