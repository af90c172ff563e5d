# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The partition table of a disk, as far as it decides which firmware can start from the disk."""

from __future__ import annotations

import struct
import uuid

from .._core.model.partitions import Partitions

SECTOR = 512
TABLES = 64 * 1024
"""The first bytes of a disk that hold its partition tables; a GPT usually has 16 KiB of entries."""

_ESP = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b").bytes_le
_BIOS_BOOT = uuid.UUID("21686148-6449-6e6f-744e-656564454649").bytes_le
_PROTECTIVE, _MBR_ESP = 0xEE, 0xEF
_LEGACY_BOOTABLE = 1 << 2


def read_partitions(start: bytes) -> Partitions:
    """The partition table in the first bytes of a disk; without a boot signature there is none."""
    if start[510:512] != b"\x55\xaa":
        return Partitions()
    types = {start[offset] for offset in range(446 + 4, 510, 16)} - {0}
    if _PROTECTIVE in types and start[SECTOR : SECTOR + 8] == b"EFI PART":
        return _gpt(start, hybrid=bool(types - {_PROTECTIVE, _MBR_ESP}))
    return Partitions(table="mbr", esp=_MBR_ESP in types, bios_boot=True)


def _gpt(start: bytes, hybrid: bool) -> Partitions:
    """A GPT. BIOS starts it by a BIOS boot partition (GRUB), by the legacy bootable flag (syslinux), or by a hybrid MBR."""
    first, count, size = struct.unpack_from("<QII", start, SECTOR + 72) if len(start) >= SECTOR + 88 else (0, 0, 0)
    size = max(size, 128)
    table = start[first * SECTOR :][: count * size]
    entries = [table[offset : offset + size] for offset in range(0, len(table) - size + 1, size) if any(table[offset : offset + 16])]
    flagged = any(struct.unpack_from("<Q", entry, 48)[0] & _LEGACY_BOOTABLE for entry in entries)
    kinds = {entry[:16] for entry in entries}
    return Partitions(table="gpt", esp=_ESP in kinds, bios_boot=_BIOS_BOOT in kinds or flagged or hybrid)
