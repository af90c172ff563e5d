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
