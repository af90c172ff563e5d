# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VHD footer, byte by byte against the specification and against qemu-img's own."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import FIXED, Footer, fixed_footer, geometry

MIB = 1024 * 1024


def test_a_footer_has_the_fields_that_azure_reads():
    footer = fixed_footer(64 * MIB, "sha256-4m:00")
    assert len(footer) == 512
    assert footer[0:8] == b"conectix"
    assert footer[8:24].hex() == "0000000200010000ffffffffffffffff"
    assert struct.unpack(">QQ", footer[40:56]) == (64 * MIB, 64 * MIB)
    assert struct.unpack(">I", footer[60:64]) == (FIXED,)
    assert footer[84:] == bytes(428)


def test_the_checksum_is_the_complement_of_all_other_bytes():
    footer = fixed_footer(64 * MIB, "sha256-4m:00")
    others = sum(footer[:64]) + sum(footer[68:])
    assert struct.unpack(">I", footer[64:68])[0] == ~others & 0xFFFFFFFF


def test_the_same_content_has_the_same_footer_and_other_content_another():
    one, again, other = (fixed_footer(64 * MIB, digest) for digest in ("sha256-4m:00", "sha256-4m:00", "sha256-4m:01"))
    assert one == again
    assert one[68:84] != other[68:84]


def test_a_footer_can_be_parsed():
    assert Footer.parse(fixed_footer(20 * MIB, "x")) == Footer(type=FIXED, size=20 * MIB, intact=True)


def test_a_changed_byte_makes_the_checksum_wrong():
    footer = bytearray(fixed_footer(20 * MIB, "x"))
    footer[80] ^= 1
    assert not Footer.parse(bytes(footer)).intact


@pytest.mark.parametrize("size, chs", [
    (20 * MIB, (602, 4, 17)),
    (64 * MIB, (963, 8, 17)),
    (2048 * MIB, (4161, 16, 63)),
    (127 * 1024 * MIB, (65278, 16, 255)),
    (4095 * 1024 * MIB, (65535, 16, 255)),
], ids=["20 MiB", "64 MiB", "2 GiB", "127 GiB", "beyond what a geometry can say"])  # fmt: skip
def test_geometry_follows_the_specification(size, chs):
    assert geometry(size) == chs
