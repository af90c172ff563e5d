# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Partition tables as sfdisk writes them, reduced to the fields that firmware reads."""

from __future__ import annotations

import struct
import uuid

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.partitions import Partitions, require_bootable
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.partitions import read_partitions

ESP = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
BIOS_BOOT = "21686148-6449-6e6f-744e-656564454649"
LINUX = "0fc63daf-8483-4772-8e79-3d69d8477de4"


def mbr(*types: int) -> bytes:
    """A master boot record with partitions of these types."""
    entries = b"".join(struct.pack("<4xB3xII", kind, 2048, 2048) for kind in types)
    return bytes(446) + entries.ljust(64, b"\0") + b"\x55\xaa"


def gpt(*kinds: str, flags: int = 0, extra: tuple[int, ...] = ()) -> bytes:
    """A protective MBR, a header and entries of these types."""
    header = b"EFI PART".ljust(72, b"\0") + struct.pack("<QII", 2, 128, 128)
    entries = b"".join(uuid.UUID(kind).bytes_le + bytes(16) + struct.pack("<QQQ", 2048, 4095, flags) + bytes(72) for kind in kinds)
    return mbr(0xEE, *extra) + header.ljust(512, b"\0") + entries.ljust(128 * 128, b"\0")


@pytest.mark.parametrize("start, found", [
    (bytes(64 * 1024), Partitions()),
    (b"", Partitions()),
    (mbr(0x83), Partitions("mbr", esp=False, bios_boot=True)),
    (mbr(0xEF, 0x83), Partitions("mbr", esp=True, bios_boot=True)),
    (gpt(ESP, LINUX), Partitions("gpt", esp=True, bios_boot=False)),
    (gpt(BIOS_BOOT, LINUX), Partitions("gpt", esp=False, bios_boot=True)),
    (gpt(LINUX, BIOS_BOOT, ESP), Partitions("gpt", esp=True, bios_boot=True)),
    (gpt(LINUX, flags=4), Partitions("gpt", esp=False, bios_boot=True)),
    (gpt(ESP, extra=(0x83,)), Partitions("gpt", esp=True, bios_boot=True)),
    (gpt(ESP)[:600], Partitions("gpt", esp=False, bios_boot=False)),
], ids=["no table", "empty", "MBR", "MBR with ESP", "UEFI only", "BIOS only", "both", "syslinux", "hybrid", "cut off"])  # fmt: skip
def test_partition_tables_are_read(start, found):
    assert read_partitions(start) == found


@pytest.mark.parametrize("partitions, generation", [
    (Partitions("gpt", esp=True), "V2"),
    (Partitions("gpt", esp=True, bios_boot=True), "V1"),
    (Partitions("gpt", esp=True, bios_boot=True), "V2"),
    (Partitions("mbr", bios_boot=True), "V1"),
    (Partitions(), "V1"),
])  # fmt: skip
def test_bootable_disks_are_accepted(partitions, generation):
    require_bootable("disk", partitions, generation)


@pytest.mark.parametrize("partitions, generation, text", [
    (Partitions("gpt", esp=True), "V1", "without a BIOS boot partition"),
    (Partitions("gpt", bios_boot=True), "V2", "no EFI system partition"),
    (Partitions("mbr", bios_boot=True), "V2", "no EFI system partition"),
    (Partitions(), "V2", "no EFI system partition"),
])  # fmt: skip
def test_unbootable_disks_are_refused(partitions, generation, text):
    with pytest.raises(InvalidRequest, match=text):
        require_bootable("disk", partitions, generation)


@pytest.mark.parametrize("partitions, generation", [(Partitions("gpt", esp=True), "V2"), (Partitions("mbr", bios_boot=True), "V1")])
def test_the_partitions_decide_the_default_generation(partitions, generation):
    assert partitions.generation == generation
