# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a file without a partition table: a bare file system, an encrypted volume, an installation medium, or nothing."""

from __future__ import annotations

import struct

ISO = (32 * 1024, b"\1CD001\1")
"""The first volume descriptor of ISO 9660. Installers have it even if they have a partition table too (hybrid images)."""

BOOT_SECTORS: tuple[tuple[int, bytes, str], ...] = (
    (3, b"NTFS    ", "an NTFS file system"),
    (3, b"-FVE-FS-", "a BitLocker volume"),
    (3, b"EXFAT   ", "an exFAT file system"),
    (3, b"ReFS\0", "a ReFS file system"),
    (54, b"FAT1", "a FAT file system"),
    (82, b"FAT32", "a FAT file system"),
)
"""Volumes whose first sector ends in a boot signature, like that of a disk with partitions."""

VOLUMES: tuple[tuple[int, bytes, str], ...] = (
    *BOOT_SECTORS,
    (0, b"LUKS\xba\xbe", "a LUKS volume"),
    (0, b"XFSB", "an XFS file system"),
    (0x438, b"\x53\xef", "an ext file system"),
    (0x10040, b"_BHRfS_M", "a btrfs file system"),
    (1024, struct.pack("<I", 0xF2F52010), "an F2FS file system"),
    (1024, struct.pack("<I", 0xE0F5E1E2), "an EROFS file system"),
    (512, b"LABELONE", "an LVM physical volume"),
    (4096, struct.pack("<I", 0xA92B4EFC), "a member of a software RAID"),
    (4086, b"SWAPSPACE2", "a swap area"),
    (*ISO, "an ISO 9660 file system"),
    (32769, b"BEA01", "a UDF file system"),
)
"""The offset of a mark, the mark, and what a sentence calls its owner."""


def volume_in(start: bytes) -> str | None:
    """The content of a file without a partition table, as a sentence calls it; None if that is not known."""
    found = next((name for offset, mark, name in VOLUMES if has(start, offset, mark)), None)
    return found or ("nothing but zeros at its start" if not any(start) else None)


def boot_sector_in(start: bytes) -> str | None:
    """The file system whose boot sector is the first sector; None if that is not known, or if SYSLINUX starts from it."""
    if has(start, 3, b"SYSLINUX"):
        return None
    return next((name for offset, mark, name in BOOT_SECTORS if has(start, offset, mark)), None)


def has(start: bytes, offset: int, mark: bytes) -> bool:
    """Whether a mark is at an offset."""
    return start[offset : offset + len(mark)] == mark
