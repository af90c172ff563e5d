# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The partition table of a disk, as far as it decides which firmware can start from the disk.

A GPT counts only if firmware and kernels would accept it: UEFI Specification 2.10, section 5.3.2, and block/partitions/efi.c in Linux.
"""

from __future__ import annotations

import struct
import uuid
import zlib

from .._core.model.disk_file import padded
from .._core.model.partitions import Partitions
from .formats.volumes import ISO, boot_sector_in, has, volume_in

SECTOR = 512
TABLES = 128 * 1024
"""The first bytes of a disk that hold its partition tables and the marks of bare file systems; a GPT usually has 16 KiB of entries."""

_ESP = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b").bytes_le
_BIOS_BOOT = uuid.UUID("21686148-6449-6e6f-744e-656564454649").bytes_le
_PROTECTIVE, _MBR_ESP = 0xEE, 0xEF
_LEGACY_BOOTABLE = 1 << 2
_SIGNATURE = b"EFI PART"
_CODE = 440
"""The length of the boot code in a master boot record; the disk's signature follows."""
_LARGE_SECTOR = 4096
_CANNOT_START = "so no VM can start from it"
_UNPACK = "unpack or convert the file to a raw disk first"


def read_partitions(start: bytes, size: int) -> Partitions:
    """The partition table in the first bytes of a disk of ``size`` bytes. Without one, or with one that is not valid, there is a flaw."""
    if has(start, *ISO):
        return Partitions(flaw=_iso(start))
    if start[510:512] != b"\x55\xaa":
        return Partitions(flaw=_no_signature(start))
    types = _mbr_types(start)
    code = any(start[:_CODE])
    if _PROTECTIVE in types:
        return _gpt(start, size, hybrid=bool(types - {_PROTECTIVE, _MBR_ESP}), code=code)
    if types:
        return Partitions(table="mbr", esp=_MBR_ESP in types, bios_boot=True, boot_code=code)
    if (volume := boot_sector_in(start)) is not None:
        return Partitions(flaw=f"holds {volume} without a partition table, {_CANNOT_START}: {_whole_disk()}")
    return Partitions(bios_boot=True, boot_code=code)


def _mbr_types(start: bytes) -> set[int]:
    """The types of the partitions in a master boot record; empty if the first sector has other content where they would be."""
    entries = [start[offset : offset + 16] for offset in range(446, 510, 16)]
    if any(entry[0] not in (0x00, 0x80) for entry in entries):
        return set()
    return {entry[4] for entry in entries if entry[4] and any(entry[12:16])}


def _gpt(start: bytes, size: int, *, hybrid: bool, code: bool) -> Partitions:
    """A GPT. BIOS starts it by a BIOS boot partition (GRUB), by the legacy bootable flag (syslinux), or by a hybrid MBR."""
    if (flaw := _header_flaw(start, size)) is not None:
        return Partitions(flaw=flaw)
    entries = [entry for entry in _entries(start) if any(entry[:16])]
    flagged = any(struct.unpack_from("<Q", entry, 48)[0] & _LEGACY_BOOTABLE for entry in entries)
    kinds = {entry[:16] for entry in entries}
    return Partitions(table="gpt", esp=_ESP in kinds, bios_boot=_BIOS_BOOT in kinds or flagged or hybrid, boot_code=code)


def _header_flaw(start: bytes, size: int) -> str | None:
    """Why the first header of a GPT is not accepted; None if it is. Kernels do not look for the second one by themselves."""
    if not has(start, SECTOR, _SIGNATURE):
        if has(start, _LARGE_SECTOR, _SIGNATURE):
            return (
                f"has a GPT for sectors of {_LARGE_SECTOR} bytes, and OS disks in Azure have sectors of {SECTOR} bytes, {_CANNOT_START}: "
                f"build it for sectors of {SECTOR} bytes"
            )
        return f"has a protective MBR, but no GPT header at byte {SECTOR}, {_CANNOT_START}: {_repair()}"
    length, checksum = struct.unpack_from("<II", start, SECTOR + 12)
    header = bytearray(start[SECTOR : SECTOR + length])
    header[16:20] = bytes(4)
    table, count, width, entries_checksum = struct.unpack_from("<QIII", start, SECTOR + 72)
    stored = start[table * SECTOR :][: count * width]
    whole = len(stored) == count * width
    if not 92 <= length <= SECTOR or zlib.crc32(header) != checksum or (whole and zlib.crc32(stored) != entries_checksum):
        return f"has a damaged GPT (the checksum at its start is wrong), {_CANNOT_START}: {_repair()}"
    last = struct.unpack_from("<Q", start, SECTOR + 48)[0]
    if (last + 1) * SECTOR > padded(size):
        return (
            f"is a disk of {size} bytes, but its GPT describes {(last + 1) * SECTOR} bytes or more, {_CANNOT_START}: "
            "the file is truncated; download or copy it again"
        )
    return None


def _entries(start: bytes) -> list[bytes]:
    """The entries of a GPT that has a valid header, as far as they were read."""
    first, count, width = struct.unpack_from("<QII", start, SECTOR + 72)
    width = max(width, 128)
    table = start[first * SECTOR :][: count * width]
    return [table[offset : offset + width] for offset in range(0, len(table) - width + 1, width)]


def _no_signature(start: bytes) -> str:
    """The flaw of a file whose first sector has no boot signature."""
    if has(start, SECTOR, _SIGNATURE) or has(start, _LARGE_SECTOR, _SIGNATURE):
        return f"has a GPT, but no boot signature (55 AA) at byte 510, {_CANNOT_START}: {_repair()}"
    if (volume := volume_in(start)) is None:
        return f"is not a disk: it has no boot signature (55 AA) at byte 510, {_CANNOT_START}; {_UNPACK}"
    return f"holds {volume} and no partition table, {_CANNOT_START}: {_whole_disk()}"


def _iso(start: bytes) -> str:
    """The flaw of an installation medium, which starts an installer at best."""
    kind = "a hybrid ISO image" if start[510:512] == b"\x55\xaa" else "an ISO image"
    return f"is {kind}, a medium to install from, and VMs would wait for an installation: upload the disk of an installed system"


def _whole_disk() -> str:
    return "upload the whole disk of an installed system, with its partition table and its boot loader"


def _repair() -> str:
    return "repair the partition table first, for example with gdisk"
