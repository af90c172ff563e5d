# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats that are accepted as a disk, and the refusal of each other one."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.recognize import recognize
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import fixed_footer

MIB = 1024 * 1024
NOTHING = bytes(512)
FIXED = fixed_footer(64 * MIB, "x")


def changed(footer: bytes, offset: int, value: bytes) -> bytes:
    """A footer with some of its bytes replaced, and a right checksum."""
    footer = footer[:offset] + value + footer[offset + len(value) :]
    total = sum(footer[:64]) + sum(footer[68:])
    return footer[:64] + struct.pack(">I", ~total & 0xFFFFFFFF) + footer[68:]


def test_a_file_without_a_known_mark_is_a_raw_disk():
    assert recognize("disk.img", 64 * MIB, NOTHING, NOTHING) == 64 * MIB


def test_the_footer_of_a_fixed_vhd_is_not_part_of_the_disk():
    assert recognize("disk.vhd", 64 * MIB + 512, NOTHING, FIXED) == 64 * MIB


def test_a_fixed_vhd_is_recognized_by_its_footer_whatever_its_name():
    assert recognize("disk.img", 64 * MIB + 512, NOTHING, FIXED) == 64 * MIB


@pytest.mark.parametrize("head, name", [
    (b"QFI\xfb", "qcow2"), (b"vhdxfile", "VHDX"), (b"KDMV", "VMDK"), (b"# Disk DescriptorFile", "VMDK"), (b"QED\0", "QED"),
    (bytes(64) + b"\x7f\x10\xda\xbe", "VDI"), (b"\x1f\x8b\x08", "gzip"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"),
])  # fmt: skip
def test_other_formats_are_refused_by_name_with_azures_own_error(head, name):
    with pytest.raises(InvalidRequest, match=f"{name}.*expected to have cookie value 'conectix'"):
        recognize("disk", 64 * MIB, head.ljust(512, b"\0"), NOTHING)


TAR = bytes(257) + b"ustar"


@pytest.mark.parametrize("head, name", [
    (TAR, "a tar archive"), (b"\x04\x22\x4d\x18", "compressed with lz4"), (b"LZIP", "compressed with lzip"),
    (b"\x5d\0\0\x80\0", "compressed with lzma"), (b"Rar!\x1a\x07\1\0", "a RAR archive"), (b"MSWIM\0\0\0", "a WIM archive"),
    (b"\x3a\xff\x26\xed", "an Android sparse image"), (b"7z\xbc\xaf\x27\x1c", "a 7z archive"), (b"070701", "a cpio archive"),
    (b"hsqs", "a squashfs archive"), (b"BZh9", "compressed with bzip2"), (b"PK\x03\x04", "a zip archive"),
    (b"\x89LZO\0\r\n\x1a\n", "compressed with lzop"), (b"MSCF", "a CAB archive"), (b"xar!", "a xar archive"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_archives_are_refused_and_the_error_says_to_unpack_them(head, name):
    with pytest.raises(InvalidRequest, match=f"disk is {name}.*unpack it first"):
        recognize("disk", 64 * MIB, head.ljust(512, b"\0"), NOTHING)


def test_an_apple_disk_image_is_known_by_its_end():
    with pytest.raises(InvalidRequest, match="is an Apple disk image.*convert it first"):
        recognize("disk.dmg", 64 * MIB, NOTHING, b"koly".ljust(512, b"\0"))


@pytest.mark.parametrize("kind, name", [(3, "dynamic"), (4, "differencing")])
def test_dynamic_and_differencing_vhds_are_refused_with_azures_own_error(kind, name):
    with pytest.raises(InvalidRequest, match=f"{name} VHD.*Please retry with fixed VHD type"):
        recognize("disk.vhd", 64 * MIB + 512, FIXED, changed(FIXED, 60, struct.pack(">I", kind)))


@pytest.mark.parametrize("size, tail, text", [
    (64 * MIB, NOTHING, "no VHD footer"),
    (64 * MIB + 512, FIXED[:-1] + b"\1", "checksum wrong"),
    (65 * MIB + 512, FIXED, "truncated or has extra data: download it again"),
    (64 * MIB + 512, changed(FIXED, 60, struct.pack(">I", 9)), "type 9"),
], ids=["footer missing", "footer damaged", "wrong size", "unknown type"])  # fmt: skip
def test_a_vhd_with_a_wrong_footer_is_refused(size, tail, text):
    with pytest.raises(InvalidRequest, match=text):
        recognize("disk.VHD", size, NOTHING, tail)


def test_a_truncated_dynamic_vhd_is_refused():
    with pytest.raises(InvalidRequest, match="truncated dynamic VHD: download it again"):
        recognize("disk.img", 64 * MIB, FIXED, NOTHING)
