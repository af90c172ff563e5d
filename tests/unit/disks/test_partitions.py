# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Partition tables as sfdisk writes them, reduced to the fields that firmware reads."""

from __future__ import annotations

import re
import struct
import uuid
import zlib

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.partitions import Partitions, require_bootable
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.partitions import read_partitions

from tests.support.disk_files import boot_record
from tests.support.running_lab import MIB

ESP = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
BIOS_BOOT = "21686148-6449-6e6f-744e-656564454649"
LINUX = "0fc63daf-8483-4772-8e79-3d69d8477de4"


START = 128 * 1024
SIZE = 64 * MIB


def gpt(*kinds: str, flags: int = 0, extra: tuple[int, ...] = (), code: bytes = b"\xeb\x63", last: int = SIZE // 512 - 34) -> bytes:
    """A protective MBR, a header and entries of these types; ``last`` is the last sector that partitions can use."""
    entries = b"".join(uuid.UUID(kind).bytes_le + bytes(16) + struct.pack("<QQQ", 2048, 4095, flags) + bytes(72) for kind in kinds)
    entries = entries.ljust(128 * 128, b"\0")
    rest = struct.pack("<IQQQQ16sQIII", 0, 1, last + 33, 34, last, bytes(16), 2, 128, 128, zlib.crc32(entries))
    fixed = struct.pack("<8sII", b"EFI PART", 0x10000, 92)
    header = fixed + struct.pack("<I", zlib.crc32(fixed + bytes(4) + rest)) + rest
    return boot_record(0xEE, *extra, code=code) + header.ljust(512, b"\0") + entries


def change(content: bytes, offset: int, value: bytes) -> bytes:
    """The content with some of its bytes replaced."""
    return content.ljust(offset, b"\0")[:offset] + value + content[offset + len(value) :]


@pytest.mark.parametrize("start, found", [
    (boot_record(0x83), Partitions("mbr", bios_boot=True)),
    (boot_record(0xEF, 0x83), Partitions("mbr", esp=True, bios_boot=True)),
    (boot_record(0x83, code=b""), Partitions("mbr", bios_boot=True, boot_code=False)),
    (gpt(ESP, LINUX), Partitions("gpt", esp=True)),
    (gpt(ESP, LINUX, code=b""), Partitions("gpt", esp=True, boot_code=False)),
    (gpt(BIOS_BOOT, LINUX), Partitions("gpt", bios_boot=True)),
    (gpt(LINUX, BIOS_BOOT, ESP), Partitions("gpt", esp=True, bios_boot=True)),
    (gpt(LINUX, flags=4), Partitions("gpt", bios_boot=True)),
    (gpt(ESP, extra=(0x83,)), Partitions("gpt", esp=True, bios_boot=True)),
    (change(boot_record(0x83), 0x438, b"\x53\xef"), Partitions("mbr", bios_boot=True)),
    (change(boot_record(0x07), 3, b"NTFS    "), Partitions("mbr", bios_boot=True)),
    (change(boot_record(), 3, b"SYSLINUX"), Partitions(bios_boot=True)),
    (boot_record(), Partitions(bios_boot=True)),
], ids=[
    "MBR", "MBR with ESP", "MBR without boot code", "UEFI only", "UEFI only, no boot code", "BIOS only", "both", "syslinux", "hybrid",
    "MBR over an old file system", "GRUB over an old NTFS boot sector", "SYSLINUX without partitions", "a boot loader of its own",
])  # fmt: skip
def test_partition_tables_are_read(start, found):
    assert read_partitions(start.ljust(START, b"\0"), SIZE) == found


NO_TABLE = "and no partition table, so no VM can start from it: upload the whole disk of an installed system"
NO_PARTITIONS = "without a partition table, so no VM can start from it: upload the whole disk of an installed system"
NTFS_TEXT = b"A disk read error occurred".ljust(64, b"!")


@pytest.mark.parametrize("start, flaw", [
    (b"", f"holds nothing but zeros at its start {NO_TABLE}"),
    (b"some other file", "is not a disk: it has no boot signature (55 AA) at byte 510, so no VM can start from it; unpack or convert"),
    (change(b"", 0x438, b"\x53\xef"), f"holds an ext file system {NO_TABLE}"),
    (b"XFSB", f"holds an XFS file system {NO_TABLE}"),
    (change(b"", 0x10040, b"_BHRfS_M"), f"holds a btrfs file system {NO_TABLE}"),
    (b"LUKS\xba\xbe", f"holds a LUKS volume {NO_TABLE}"),
    (change(b"", 512, b"LABELONE"), f"holds an LVM physical volume {NO_TABLE}"),
    (change(b"", 4086, b"SWAPSPACE2"), f"holds a swap area {NO_TABLE}"),
    (change(boot_record(), 3, b"NTFS    "), f"holds an NTFS file system {NO_PARTITIONS}"),
    (change(change(boot_record(), 446, NTFS_TEXT), 3, b"NTFS    "), f"holds an NTFS file system {NO_PARTITIONS}"),
    (change(boot_record(), 82, b"FAT32   "), f"holds a FAT file system {NO_PARTITIONS}"),
    (change(boot_record(), 3, b"-FVE-FS-"), f"holds a BitLocker volume {NO_PARTITIONS}"),
    (change(b"", 32768, b"\1CD001\1"), "is an ISO image, a medium to install from"),
    (change(boot_record(0x17), 32768, b"\1CD001\1"), "is a hybrid ISO image, a medium to install from"),
    (change(gpt(ESP), 32768, b"\1CD001\1"), "is a hybrid ISO image, a medium to install from"),
    (change(boot_record(0xEE), 4096, b"EFI PART"), "has a GPT for sectors of 4096 bytes, and OS disks in Azure have sectors of 512 bytes"),
    (change(gpt(ESP), 512, bytes(512)), "has a protective MBR, but no GPT header at byte 512"),
    (change(gpt(ESP), 512 + 60, b"x"), "has a damaged GPT (the checksum at its start is wrong)"),
    (change(gpt(ESP), 1024 + 40, b"x"), "has a damaged GPT (the checksum at its start is wrong)"),
    (change(gpt(ESP), 510, bytes(2)), "has a GPT, but no boot signature (55 AA) at byte 510"),
    (gpt(ESP, last=2 * SIZE // 512), "is a disk of 67108864 bytes, but its GPT describes 134218240 bytes or more"),
], ids=lambda value: value[:40] if isinstance(value, str) else "")  # fmt: skip
def test_a_disk_from_which_nothing_starts_has_a_flaw(start, flaw):
    found = read_partitions(start.ljust(START, b"\0"), SIZE)
    assert found.flaw
    assert found.flaw.startswith(flaw)
    for generation in ("V1", "V2"):
        with pytest.raises(InvalidRequest, match=f"^/d {re.escape(flaw)}"):
            require_bootable("/d", found, generation)


def test_a_gpt_may_end_with_the_padding_of_the_disk():
    assert read_partitions(gpt(ESP, last=SIZE // 512 - 1).ljust(START, b"\0"), SIZE - 1000).flaw is None


@pytest.mark.parametrize("partitions, generation", [
    (Partitions("gpt", esp=True), "V2"),
    (Partitions("gpt", esp=True, bios_boot=True), "V1"),
    (Partitions("gpt", esp=True, bios_boot=True), "V2"),
    (Partitions("mbr", bios_boot=True), "V1"),
    (Partitions("gpt", esp=True, boot_code=False), "V2"),
])  # fmt: skip
def test_bootable_disks_are_accepted(partitions, generation):
    require_bootable("disk", partitions, generation)


@pytest.mark.parametrize("partitions, generation, text", [
    (Partitions("gpt", esp=True), "V1", "without a BIOS boot partition.*V2 if it starts by UEFI"),
    (Partitions("gpt", bios_boot=True), "V2", "no EFI system partition.*V1 if it starts by BIOS"),
    (Partitions("mbr", bios_boot=True), "V2", "no EFI system partition"),
    (Partitions("mbr", bios_boot=True, boot_code=False), "V1", "no boot code in its first sector"),
    (Partitions("gpt", bios_boot=True, boot_code=False), "V1", "no boot code in its first sector"),
    (Partitions(flaw="is an ISO image"), "V2", "is an ISO image"),
])  # fmt: skip
def test_unbootable_disks_are_refused(partitions, generation, text):
    with pytest.raises(InvalidRequest, match=text):
        require_bootable("disk", partitions, generation)


@pytest.mark.parametrize("partitions, generation", [(Partitions("gpt", esp=True), "V2"), (Partitions("mbr", bios_boot=True), "V1")])
def test_the_partitions_decide_the_default_generation(partitions, generation):
    assert partitions.generation == generation
