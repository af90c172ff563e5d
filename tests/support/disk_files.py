# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw disk files, and the page blobs of the lab that should have their bytes."""

from __future__ import annotations

import filecmp
import os
import struct
from pathlib import Path

from azlab.cli.disk import keys_of
from azlab.storage.blobs import BlobStore
from azlab.store import Store

from tests.support.running_lab import MIB, RunningLab

EFI_SYSTEM = 0xEF
"""The kind of a partition from which UEFI starts."""


def boot_record(*types: int, code: bytes = b"\xfa\x33\xc0") -> bytes:
    """A master boot record with boot code, and with partitions of these types from the second mebibyte on."""
    entries = b"".join(struct.pack("<4xB3xII", kind, 2048, 2048) for kind in types)
    return code.ljust(446, b"\0") + entries.ljust(64, b"\0") + b"\x55\xaa"


def make_disk(path: Path, size: int = 32 * MIB, offsets: tuple[int, ...] = (0, 5 * MIB + 512, 20 * MIB), kind: int = 0x83) -> Path:
    """Create a sparse raw disk that BIOS could start, with random data at some offsets, and with one partition of a kind."""
    with open(path, "wb") as file:
        file.truncate(size)
        for offset in offsets:
            file.seek(offset)
            file.write(os.urandom(300_000))
        file.seek(0)
        file.write(boot_record(kind))
    return path


def page_blobs(lab: RunningLab, resource_id: str) -> dict[str, str]:
    """The keys of the page blobs of a disk, a snapshot or an image, by `os` or LUN."""
    resource = Store(Path(lab.settings.state) / "arm.sqlite", read_only=True).find(resource_id)
    assert resource is not None, resource_id
    return keys_of(resource)


def same_bytes(lab: RunningLab, resource_id: str, disk: Path, lun: str = "os") -> bool:
    """Whether a page blob of a resource has the bytes of a raw disk, followed by a VHD footer."""
    blobs, key = BlobStore(lab.settings), page_blobs(lab, resource_id)[lun]
    copy = disk.with_name(f"{disk.name}.downloaded")
    blobs.download(key, copy)
    equal = filecmp.cmp(copy, disk, shallow=False)
    copy.unlink()
    return equal and blobs.read(key, disk.stat().st_size, 512)[:8] == b"conectix"
