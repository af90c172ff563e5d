# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The footer of a fixed VHD, read and written as Microsoft's specification says.

https://learn.microsoft.com/previous-versions/windows/desktop/legacy/dd323654(v=vs.85)
"""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass

COOKIE = b"conectix"
FIXED, DYNAMIC, DIFFERENCING = 2, 3, 4

_LAYOUT = struct.Struct(">8sIIQI4sI4sQQHBBII16sB427x")
_CHECKSUM = slice(64, 68)
_NOT_TEMPORARY = 2
_VERSION = 0x00010000
_NO_OFFSET = 0xFFFFFFFFFFFFFFFF
_NAMESPACE = uuid.UUID("5a5b1f6e-8f0e-5d67-9b0f-2f6f8f2d6c11")


@dataclass(frozen=True)
class Footer:
    """The fields of a footer that matter for an upload; `size` is the size of the disk in bytes."""

    type: int
    size: int
    intact: bool

    @classmethod
    def parse(cls, data: bytes) -> Footer:
        """Parse the last 512 bytes of a VHD; `intact` is whether the checksum is right."""
        fields = _LAYOUT.unpack(data)
        return cls(type=fields[13], size=fields[9], intact=fields[14] == _checksum(data))


def fixed_footer(size: int, digest: str) -> bytes:
    """The footer of a fixed disk of `size` bytes.

    Its unique id is made from the digest of the content and its time is 2000-01-01, so that the same content always has the same footer.
    """
    cylinders, heads, sectors = geometry(size)
    unique = uuid.uuid5(_NAMESPACE, digest).bytes
    fields = (COOKIE, _NOT_TEMPORARY, _VERSION, _NO_OFFSET, 0, b"gimg", _VERSION, b"Wi2k", size, size, cylinders, heads, sectors, FIXED)
    return _LAYOUT.pack(*fields, _checksum(_LAYOUT.pack(*fields, 0, unique, 0)), unique, 0)


def geometry(size: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors per track, by the specification's appendix; larger disks than it covers get its largest geometry."""
    total = min(size // 512, 65535 * 16 * 255)
    if total >= 65535 * 16 * 63:
        return total // 255 // 16, 16, 255
    sectors = 17
    tracks = total // sectors
    heads = max((tracks + 1023) // 1024, 4)
    if tracks >= heads * 1024 or heads > 16:
        sectors, heads = 31, 16
        tracks = total // sectors
    if tracks >= heads * 1024:
        sectors, heads = 63, 16
        tracks = total // sectors
    return tracks // heads, heads, sectors


def _checksum(data: bytes) -> int:
    """The one's complement of the sum of all bytes except those of the checksum."""
    return ~(sum(data) - sum(data[_CHECKSUM])) & 0xFFFFFFFF
