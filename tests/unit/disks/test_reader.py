# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disk files: their digest against its definition, their ranges, and files that change while they are read."""

from __future__ import annotations

import errno
import hashlib
import os
import random

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range, pieces, total
from ansible_collections.goldenimage.azure.plugins.module_utils._disks import scan
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import fixed_footer
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.holes import data_ranges
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.reader import read_disk

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
    disk = read_disk(path).disk
    with open(path, "rb") as file:
        assert disk.digest == digest_of(file.read())
    border = 8 * MIB
    assert disk.ranges == (Range(0, 512), Range(5 * MIB + 512, 5 * MIB + 1024), Range(border - 512, border), Range(border, border + 512))


def test_written_zeros_are_treated_as_holes(tmp_path):
    holes = make(tmp_path / "a", 24 * MIB, [(CHUNK, b"x")])
    zeros = make(tmp_path / "b", 24 * MIB, [(0, bytes(24 * MIB)), (CHUNK, b"x")])
    one, other = read_disk(holes).disk, read_disk(zeros).disk
    assert (one.digest, one.ranges) == (other.digest, other.ranges)


def test_a_full_disk_is_sent_in_pieces_of_four_mebibytes(tmp_path):
    disk = read_disk(make(tmp_path / "d", 21 * MIB, [(0, b"\1" * 21 * MIB)])).disk
    assert disk.ranges == tuple(pieces(21 * MIB, CHUNK))
    assert total(disk.ranges) == 21 * MIB


def test_a_raw_disk_is_padded_to_whole_mebibytes(tmp_path):
    path = make(tmp_path / "d", 20 * MIB + 3, [(20 * MIB, b"end")])
    content = read_disk(path)
    disk = content.disk
    assert (disk.content, disk.disk_bytes, disk.upload_bytes) == (20 * MIB + 3, 21 * MIB, 21 * MIB + 512)
    with open(path, "rb") as file:
        assert disk.digest == digest_of(file.read().ljust(21 * MIB, b"\0"))
    with content.opened() as read:
        assert read(Range(20 * MIB, 20 * MIB + 512)) == b"end".ljust(512, b"\0")


def test_a_vhd_and_a_raw_disk_of_the_same_content_have_the_same_digest(tmp_path):
    raw = read_disk(make(tmp_path / "a.img", 20 * MIB, [(CHUNK, b"x")])).disk
    vhd = read_disk(make(tmp_path / "a.vhd", 20 * MIB + 512, [(CHUNK, b"x"), (20 * MIB, fixed_footer(20 * MIB, "other"))])).disk
    assert (vhd.content, vhd.digest, vhd.ranges, vhd.footer) == (raw.content, raw.digest, raw.ranges, raw.footer)


def test_a_vhd_of_an_odd_size_is_padded_too(tmp_path):
    size = 20 * MIB + 4096
    content = read_disk(make(tmp_path / "a.vhd", size + 512, [(size, fixed_footer(size, "other"))]))
    assert (content.disk.content, content.disk.disk_bytes) == (size, 21 * MIB)
    with content.opened() as read:
        assert read(Range(20 * MIB + 4096, 20 * MIB + 8192)) == bytes(4096)


@pytest.mark.parametrize("size, text", [(0, "below 20 MiB"), (19 * MIB, "below 20 MiB"), (4096 * 1024 * MIB, "4095 GiB")])
def test_sizes_that_azure_would_refuse_are_refused(tmp_path, size, text):
    with pytest.raises(InvalidRequest, match=text):
        read_disk(make(tmp_path / "d", size))


@pytest.mark.parametrize("path, text", [("missing", "No such file"), ("", "not a regular file")])
def test_files_that_cannot_be_read_are_refused(tmp_path, path, text):
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


@pytest.mark.parametrize("change", [touch, extend, replace, os.unlink])
def test_a_changed_file_is_found(tmp_path, change):
    path = make(tmp_path / "d", 20 * MIB)
    content = read_disk(path)
    content.require_unchanged()
    change(path)
    with pytest.raises(Failed, match="changed|was removed"):
        content.require_unchanged()


def test_a_file_that_is_truncated_while_it_is_read_is_refused(tmp_path):
    path = make(tmp_path / "d", 20 * MIB)
    content = read_disk(path)
    with content.opened() as read:
        os.truncate(path, MIB)
        with pytest.raises(Failed, match="truncated"):
            read(Range(0, CHUNK))


def test_holes_are_not_read(tmp_path):
    size, asked = 64 * MIB, []

    def read(part):
        asked.append(part)
        return b"\1" * part.length

    found = scan.scan(read, size, [Range(5 * MIB, 5 * MIB + 1), Range(60 * MIB - 1, 60 * MIB + 1)])
    assert asked == [Range(4 * MIB, 8 * MIB), Range(56 * MIB, 60 * MIB), Range(60 * MIB, 64 * MIB)]
    assert total(found.ranges) == 12 * MIB


def test_a_file_of_one_hole_has_no_data(tmp_path):
    descriptor = os.open(make(tmp_path / "d", 20 * MIB), os.O_RDONLY)
    assert list(data_ranges(descriptor, 20 * MIB)) == []
    os.close(descriptor)


@pytest.mark.parametrize("refused", [False, True])
def test_a_file_is_synced_before_its_holes_are_looked_for(tmp_path, monkeypatch, refused):
    descriptor = os.open(make(tmp_path / "d", 20 * MIB, [(CHUNK, b"x")]), os.O_RDONLY)
    asked, lseek = [], os.lseek

    def fsync(synced):
        asked.append(("fsync", synced))
        if refused:
            raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "lseek", lambda *arguments: (asked.append(("lseek", arguments[0])), lseek(*arguments))[1])
    assert [found.start for found in data_ranges(descriptor, 20 * MIB)] == [CHUNK]
    os.close(descriptor)
    assert asked[:2] == [("fsync", descriptor), ("lseek", descriptor)]


def test_a_block_of_zeros_is_not_sent_but_a_page_of_zeros_within_a_block_of_data_is(tmp_path):
    block = 4096
    parts = [(block, b"a" * 512), (block + 1024, b"b"), (4 * block - 1, b"cd"), (6 * block + 512, b"e" * block), (CHUNK - 1, b"fg")]
    disk = read_disk(make(tmp_path / "d", 20 * MIB, parts)).disk
    assert disk.ranges == (
        Range(block, block + 1536),
        Range(4 * block - 512, 4 * block + 512),
        Range(6 * block + 512, 7 * block + 512),
        Range(CHUNK - 512, CHUNK),
        Range(CHUNK, CHUNK + 512),
    )


def test_blocks_of_zeros_within_data_are_not_sent(tmp_path):
    blocks = random.Random(7).choices([bytes(4096), b"x".ljust(4096), b"x".rjust(4096, b"\0")], k=2048)
    content = b"".join(blocks)
    local, sent = read_disk(make(tmp_path / "d", 20 * MIB, [(3 * MIB, content)])), bytearray(20 * MIB)
    with local.opened() as read:
        for part in local.disk.ranges:
            sent[part.start : part.end] = read(part)
            aligned = range(-(-part.start // 4096) * 4096, part.end - 4095, 4096)
            assert all(any(sent[start : start + 4096]) for start in aligned)
    assert sent == content.rjust(3 * MIB + len(content), b"\0").ljust(20 * MIB, b"\0")
