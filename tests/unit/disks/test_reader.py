# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole files: their digest by another way, their ranges, and files that change under our hands."""

from __future__ import annotations

import hashlib
import os
import random

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range, pieces, total
from ansible_collections.goldenimage.azure.plugins.module_utils._disks import scan
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import fixed_footer
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.holes import data_ranges
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.reader import LocalDisk, read_disk

MIB = 1024 * 1024
CHUNK = 4 * MIB


def make(path, size, parts=()):
    """A sparse file with some bytes at some offsets."""
    with open(path, "wb") as file:
        file.truncate(size)
        for offset, content in parts:
            file.seek(offset)
            file.write(content)
    return str(path)


def digest_of(content: bytes) -> str:
    """The tree digest, straight from its definition."""
    chunks = (hashlib.sha256(content[start : start + CHUNK]).digest() for start in range(0, len(content), CHUNK))
    return "sha256-4m:" + hashlib.sha256(b"".join(chunks)).hexdigest()


def test_digest_and_ranges_of_a_sparse_disk(tmp_path):
    path = make(tmp_path / "d", 22 * MIB, [(0, b"boot"), (5 * MIB + 700, b"x"), (8 * MIB - 1, b"yz")])
    disk = read_disk(path)
    with open(path, "rb") as file:
        assert disk.digest == digest_of(file.read())
    border = 8 * MIB
    assert disk.ranges == (Range(0, 512), Range(5 * MIB + 512, 5 * MIB + 1024), Range(border - 512, border), Range(border, border + 512))


def test_written_zeros_are_neither_sent_nor_told_from_holes(tmp_path):
    holes = make(tmp_path / "a", 24 * MIB, [(CHUNK, b"x")])
    zeros = make(tmp_path / "b", 24 * MIB, [(0, bytes(24 * MIB)), (CHUNK, b"x")])
    assert (read_disk(holes).digest, read_disk(holes).ranges) == (read_disk(zeros).digest, read_disk(zeros).ranges)


def test_a_full_disk_goes_in_pieces_of_four_mebibytes(tmp_path):
    disk = read_disk(make(tmp_path / "d", 21 * MIB, [(0, b"\1" * 21 * MIB)]))
    assert disk.ranges == tuple(pieces(21 * MIB, CHUNK))
    assert total(disk.ranges) == 21 * MIB


def test_a_raw_disk_is_padded_to_whole_mebibytes(tmp_path):
    path = make(tmp_path / "d", 20 * MIB + 3, [(20 * MIB, b"end")])
    disk = read_disk(path)
    assert (disk.content, disk.disk_bytes, disk.upload_bytes) == (20 * MIB + 3, 21 * MIB, 21 * MIB + 512)
    with open(path, "rb") as file:
        assert disk.digest == digest_of(file.read().ljust(21 * MIB, b"\0"))
    with LocalDisk(disk).opened() as read:
        assert read(Range(20 * MIB, 20 * MIB + 512)) == b"end".ljust(512, b"\0")


def test_a_vhd_and_a_raw_disk_of_the_same_content_have_the_same_digest(tmp_path):
    raw = read_disk(make(tmp_path / "a.img", 20 * MIB, [(CHUNK, b"x")]))
    vhd = read_disk(make(tmp_path / "a.vhd", 20 * MIB + 512, [(CHUNK, b"x"), (20 * MIB, fixed_footer(20 * MIB, "other"))]))
    assert (vhd.format, vhd.digest, vhd.ranges, vhd.footer) == ("vhd", raw.digest, raw.ranges, raw.footer)


def test_a_vhd_of_an_odd_size_is_padded_too(tmp_path):
    size = 20 * MIB + 4096
    disk = read_disk(make(tmp_path / "a.vhd", size + 512, [(size, fixed_footer(size, "other"))]))
    assert (disk.content, disk.disk_bytes) == (size, 21 * MIB)
    with LocalDisk(disk).opened() as read:
        assert read(Range(20 * MIB + 4096, 20 * MIB + 8192)) == bytes(4096)


@pytest.mark.parametrize("size, text", [(0, "below 20 MiB"), (19 * MIB, "below 20 MiB"), (4096 * 1024 * MIB, "4095 GiB")])
def test_sizes_that_azure_refuses(tmp_path, size, text):
    with pytest.raises(InvalidRequest, match=text):
        read_disk(make(tmp_path / "d", size))


@pytest.mark.parametrize("path, text", [("missing", "No such file"), ("", "not a regular file")])
def test_files_that_cannot_be_read(tmp_path, path, text):
    with pytest.raises(InvalidRequest, match=text):
        read_disk(str(tmp_path / path))


def touch(path):
    os.utime(path, ns=(1, 1))


def extend(path):
    with open(path, "ab") as file:
        file.write(b"more")


def replace(path):
    found = os.stat(path)
    os.rename(path, f"{path}.old")
    make(path, found.st_size)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize("meddle", [touch, extend, replace, os.unlink])
def test_a_file_that_changes_is_not_committed(tmp_path, meddle):
    path = make(tmp_path / "d", 20 * MIB)
    content = LocalDisk(read_disk(path))
    content.require_unchanged()
    meddle(path)
    with pytest.raises(Failed, match="changed|went away"):
        content.require_unchanged()


def test_a_file_that_becomes_shorter_while_it_is_read(tmp_path):
    path = make(tmp_path / "d", 20 * MIB)
    content = LocalDisk(read_disk(path))
    with content.opened() as read:
        os.truncate(path, MIB)
        with pytest.raises(Failed, match="shorter"):
            read(Range(0, CHUNK))


def test_holes_are_not_read(tmp_path):
    size, asked = 64 * MIB, []

    def read(part):
        asked.append(part)
        return b"\1" * part.length

    found = scan.scan(read, size, [Range(5 * MIB, 5 * MIB + 1), Range(60 * MIB - 1, 60 * MIB + 1)])
    assert asked == [Range(4 * MIB, 8 * MIB), Range(56 * MIB, 60 * MIB), Range(60 * MIB, 64 * MIB)]
    assert total(found.ranges) == 12 * MIB


def test_a_file_that_is_one_hole_has_no_data(tmp_path):
    descriptor = os.open(make(tmp_path / "d", 20 * MIB), os.O_RDONLY)
    assert list(data_ranges(descriptor, 20 * MIB)) == []
    os.close(descriptor)


def test_no_block_of_zeros_is_sent_and_a_zero_page_beside_data_travels_along(tmp_path):
    block = 4096
    parts = [(block, b"a" * 512), (block + 1024, b"b"), (4 * block - 1, b"cd"), (6 * block + 512, b"e" * block), (CHUNK - 1, b"fg")]
    disk = read_disk(make(tmp_path / "d", 20 * MIB, parts))
    assert disk.ranges == (
        Range(block, block + 1536),
        Range(4 * block - 512, 4 * block + 512),
        Range(6 * block + 512, 7 * block + 512),
        Range(CHUNK - 512, CHUNK),
        Range(CHUNK, CHUNK + 512),
    )


def test_data_with_blocks_of_zeros_in_it_is_sent_block_by_block(tmp_path):
    blocks = random.Random(7).choices([bytes(4096), b"x".ljust(4096), b"x".rjust(4096, b"\0")], k=2048)
    content = b"".join(blocks)
    path = make(tmp_path / "d", 20 * MIB, [(3 * MIB, content)])
    disk, sent = read_disk(path), bytearray(20 * MIB)
    with LocalDisk(disk).opened() as read:
        for part in disk.ranges:
            sent[part.start : part.end] = read(part)
            aligned = range(-(-part.start // 4096) * 4096, part.end - 4095, 4096)
            assert all(any(sent[start : start + 4096]) for start in aligned)
    assert sent == content.rjust(3 * MIB + len(content), b"\0").ljust(20 * MIB, b"\0")
