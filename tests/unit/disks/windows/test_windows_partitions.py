# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of partitions: GPT by either header, MBR with an extended partition, and tables that mislead."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.partitions import LIMIT, find_partitions

from tests.support.windows.disks import DiskFile
from tests.support.windows.render import BASIC, ESP, MIB, SECTOR, Part, write_disk

SIZE = 64 * SECTOR


def record(*entries: tuple[int, int, int]) -> bytes:
    """A boot record with entries of type, first sector and number of sectors."""
    packed = b"".join(struct.pack("<B3xB3xII", 0, kind, first, count) for kind, first, count in entries)
    return bytes(446) + packed.ljust(64, b"\0") + b"\x55\xaa"


def disk(sectors: dict[int, bytes]) -> DiskFile:
    """A disk of 64 sectors."""
    content = bytearray(SIZE)
    for number, sector in sectors.items():
        content[number * SECTOR : (number + 1) * SECTOR] = sector
    return DiskFile(bytes(content))


def sectors(*places: tuple[int, int]) -> tuple[Range, ...]:
    """Ranges by first sector and number of sectors."""
    return tuple(Range(first * SECTOR, (first + count) * SECTOR) for first, count in places)


def test_primary_and_logical_partitions_are_found() -> None:
    found = find_partitions(disk({
        0: record((7, 2, 4), (0x0F, 10, 50)),
        10: record((7, 2, 3), (5, 20, 20)),
        30: record((7, 1, 9)),
    }))  # fmt: skip
    assert found == ("mbr", sectors((2, 4), (12, 3), (31, 9)), None)


def test_a_chain_of_logical_partitions_that_bites_its_tail_ends() -> None:
    found = find_partitions(disk({0: record((5, 10, 50)), 10: record((7, 2, 3), (5, 20, 20)), 30: record((7, 1, 9), (5, 0, 9))}))
    assert found.partitions == sectors((12, 3), (31, 9))


def test_a_partition_that_reaches_past_the_end_is_cut_and_one_behind_it_is_left_out() -> None:
    found = find_partitions(disk({0: record((7, 60, 100), (7, 1000, 9))}))
    assert found.partitions == sectors((60, 4))
    assert found.flaw == f"a partition ends after the {SIZE} bytes of the disk, which is truncated"


@pytest.mark.parametrize("content, flaw", [
    (b"short", "the disk is shorter than one sector of 512 bytes"),
    (bytes(SIZE), "the disk has no partition table"),
    ((b"\xeb\x52\x90NTFS    ".ljust(446, b"\0") + b"\x41" * 64 + b"\x55\xaa").ljust(SIZE, b"\0"), "the disk has no partition table"),
    (record((0xEE, 1, 63)).ljust(SIZE, b"\0"), "both headers of the GPT are damaged"),
], ids=["short", "zeros", "NTFS volume", "protective MBR alone"])  # fmt: skip
def test_a_disk_without_a_valid_table_has_a_flaw(content: bytes, flaw: str) -> None:
    assert find_partitions(DiskFile(content)).flaw == flaw


@pytest.fixture
def gpt(tmp_path: Path) -> bytearray:
    write_disk(tmp_path / "disk", [Part(ESP, 0xEF, bytes(SECTOR)), Part(BASIC, 7, bytes(3 * SECTOR))], "gpt")
    return bytearray((tmp_path / "disk").read_bytes())


GPT_PARTITIONS = (Range(MIB, MIB + SECTOR), Range(2 * MIB, 2 * MIB + 3 * SECTOR))


@pytest.mark.parametrize(
    "place", [SECTOR, SECTOR + 16, SECTOR + 72, 2 * SECTOR, None], ids=["signature", "checksum", "place", "entries", "none"]
)
def test_a_gpt_is_read_by_the_header_that_is_intact(gpt: bytearray, place: int | None) -> None:
    if place is not None:
        gpt[place] ^= 0xFF
    assert find_partitions(DiskFile(bytes(gpt))) == ("gpt", GPT_PARTITIONS, None)


def test_a_gpt_with_two_damaged_headers_has_a_flaw(gpt: bytearray) -> None:
    gpt[SECTOR] = gpt[-SECTOR] = 0
    assert find_partitions(DiskFile(bytes(gpt))).partitions == ()


def test_no_more_partitions_than_the_limit_are_looked_at() -> None:
    content = bytearray(4096 * SECTOR)
    content[:SECTOR] = record((5, 10, 4000))
    for number in range(1000):
        place = (10 + number) * SECTOR
        content[place : place + SECTOR] = record((7, 1, 1), (5, number + 1, 1))
    assert len(find_partitions(DiskFile(bytes(content))).partitions) == LIMIT
