# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of a disk file, by its content. Raw disks and fixed VHDs are accepted; the error about any other format quotes Azure's error.

A new format begins here: as a branch of ``recognize`` if it is accepted, as a line of ``REFUSED`` if it is not. A bare file system is not a
format: ``volumes.py`` knows them.
"""

from __future__ import annotations

import struct

from ..._core.errors import InvalidRequest
from ..._core.model.disk_file import FOOTER
from .vhd import COOKIE, DIFFERENCING, DYNAMIC, FIXED, Footer

REFUSED: tuple[tuple[int, bytes, str], ...] = (
    (0, b"QFI\xfb", "a qcow2 image"),
    (0, b"vhdxfile", "a VHDX"),
    (0, b"KDMV", "a VMDK"),
    (0, b"COWD", "a VMDK"),
    (0, b"# Disk DescriptorFile", "the descriptor of a VMDK"),
    (64, struct.pack("<I", 0xBEDA107F), "a VirtualBox VDI"),
    (0, b"QED\0", "a QED image"),
    (0, b"WithoutFreeSpace", "a Parallels image"),
    (0, b"WithouFreSpacExt", "a Parallels image"),
    (0, b"EVF\x09\r\n\xff\0", "an EnCase image"),
    (0, b"\x3a\xff\x26\xed", "an Android sparse image"),
    (0, b"\x1f\x8b\x08", "compressed with gzip"),
    (0, b"\x1f\x9d", "compressed with compress"),
    (0, b"\xfd7zXZ\0", "compressed with xz"),
    (0, b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (0, b"BZh", "compressed with bzip2"),
    (0, b"\x04\x22\x4d\x18", "compressed with lz4"),
    (0, b"\x02\x21\x4c\x18", "compressed with lz4"),
    (0, b"LZIP", "compressed with lzip"),
    (0, b"\x89LZO\0\r\n\x1a\n", "compressed with lzop"),
    (0, b"\x5d\0\0", "compressed with lzma"),
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "a zip archive"),
    (0, b"PK\x07\x08", "a zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive (an OVA is one, too)"),
    (0, b"070701", "a cpio archive"),
    (0, b"070702", "a cpio archive"),
    (0, b"070707", "a cpio archive"),
    (0, b"\xc7\x71", "a cpio archive"),
    (0, b"xar!", "a xar archive"),
    (0, b"!<arch>\n", "an ar archive (a Debian package is one, too)"),
    (0, b"\xed\xab\xee\xdb", "an RPM archive"),
    (0, b"MSCF", "a CAB archive"),
    (0, b"MSWIM\0\0\0", "a WIM archive"),
    (0, b"hsqs", "a squashfs archive"),
    (0, b"sqsh", "a squashfs archive"),
)
"""The offset of a mark, the mark, and the name of its format in the refusal."""
APPLE = b"koly"
"""The mark of the last 512 bytes of an Apple disk image (DMG)."""
REMEDIES = {"an Android sparse image": "unpack it first: simg2img"}
"""The remedy for a format that neither usual programs unpack nor qemu-img converts."""
_CONVERT = "convert it first: qemu-img convert -O raw"
_OF_DYNAMIC = 'Azure says: "is of Dynamic VHD type. Please retry with fixed VHD type."'
_OF_OTHERS = "Azure says: \"is not a supported VHD. Disk is expected to have cookie value 'conectix'.\""


def recognize(path: str, size: int, head: bytes, tail: bytes) -> int:
    """The size of the disk that begins at the start of a file; raise InvalidRequest for a format that Azure would refuse.

    ``size`` is that of the file; ``head`` and ``tail`` are its first and last 512 bytes or more.
    """
    if tail[:8] == COOKIE:
        return _fixed(path, size, Footer.parse(tail))
    if head[:8] == COOKIE:
        raise InvalidRequest(f"{path} is a truncated dynamic VHD: download it again, as a fixed VHD or a raw disk.")
    if name := _other_format(head, tail):
        raise InvalidRequest(f"{path} is {name}, and only raw disks and fixed VHDs are supported ({_OF_OTHERS}); {_remedy(name)}.")
    if path.lower().endswith(".vhd"):
        raise InvalidRequest(f"{path} has no VHD footer at its end ({_OF_OTHERS}); download it again, or rename it if it is a raw disk.")
    return size


def _other_format(head: bytes, tail: bytes) -> str | None:
    """The name of a known format that is not accepted."""
    if tail[: len(APPLE)] == APPLE:
        return "an Apple disk image"
    return next((name for offset, mark, name in REFUSED if head[offset : offset + len(mark)] == mark), None)


def _remedy(name: str) -> str:
    return "unpack it first" if name.startswith("compressed") or "archive" in name else REMEDIES.get(name, _CONVERT)


def _fixed(path: str, size: int, footer: Footer) -> int:
    """The size of the disk in a fixed VHD of ``size`` bytes, footer included."""
    if footer.type in (DYNAMIC, DIFFERENCING):
        kind = "dynamic" if footer.type == DYNAMIC else "differencing"
        raise InvalidRequest(f"{path} is a {kind} VHD, and only fixed VHDs and raw disks are supported ({_OF_DYNAMIC}); {_CONVERT}.")
    if footer.type != FIXED or not footer.intact:
        checksum = "right" if footer.intact else "wrong"
        raise InvalidRequest(f"{path} has a damaged VHD footer (type {footer.type}, checksum {checksum}): download it again.")
    if footer.size != size - FOOTER:
        raise InvalidRequest(
            f"{path} holds {size - FOOTER} bytes, but its VHD footer says {footer.size}; "
            "the file is truncated or has extra data: download it again."
        )
    return footer.size
