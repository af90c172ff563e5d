# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a local disk file is, and whether Azure would take it: every refusal here happens before the first byte is sent."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ranges import Range

MIB = 1024 * 1024
GIB = 1024 * MIB
FOOTER = 512
MIN_DISK = 20 * MIB
"""`uploadSizeBytes` is at least 20972032, which is 20 MiB and the footer:
https://learn.microsoft.com/azure/virtual-machines/linux/disks-upload-vhd-to-managed-disk-cli"""
MAX_OS_DISK = 4095 * GIB
"""The largest disk that a VM starts from: https://learn.microsoft.com/azure/virtual-machines/faq-for-disks"""


@dataclass(frozen=True)
class Partitions:
    """What the partition table says about starting from the disk."""

    table: str | None = None
    esp: bool = False
    bios_boot: bool = False

    @property
    def generation(self) -> str:
        """The Hyper-V generation that this disk is made for."""
        return "V2" if self.esp else "V1"


@dataclass(frozen=True)
class Identity:
    """What changes whenever somebody writes to a file or puts another one in its place."""

    inode: int
    size: int
    modified: int


@dataclass(frozen=True)
class DiskFile:
    """A local disk, read once from end to end: what is in it, and which ranges of it are worth sending."""

    path: str
    content: int
    digest: str
    ranges: tuple[Range, ...]
    partitions: Partitions
    identity: Identity
    footer: bytes

    @property
    def disk_bytes(self) -> int:
        """The size of the disk in Azure: whole mebibytes."""
        return padded(self.content)

    @property
    def upload_bytes(self) -> int:
        """The size of the upload: the disk and its footer."""
        return self.disk_bytes + FOOTER


class DiskContent(Protocol):
    """The bytes of a disk for as long as an upload takes."""

    @property
    def disk(self) -> DiskFile:
        """The file as it was read for its digest."""

    def opened(self) -> AbstractContextManager[Callable[[Range], bytes]]:
        """Open the file for reading; the reader is safe to share between threads."""

    def require_unchanged(self) -> None:
        """Raise when the file is no longer the one that was read for the digest."""


def padded(size: int) -> int:
    """The next whole number of mebibytes, which is all that Azure takes."""
    return -(-size // MIB) * MIB


def require_size(path: str, content: int) -> None:
    """Refuse a disk that is too small or too large to become an OS disk."""
    size = padded(content)
    if size < MIN_DISK:
        raise InvalidRequest(f"{path} is a disk of {content} bytes; Azure takes no disk below 20 MiB ({MIN_DISK} bytes): enlarge it first.")
    if size > MAX_OS_DISK:
        raise InvalidRequest(
            f"{path} is a disk of {content} bytes; Azure VMs start from disks of at most 4095 GiB ({MAX_OS_DISK} bytes): shrink it first."
        )


def require_bootable(path: str, partitions: Partitions, generation: str) -> None:
    """Refuse a disk whose partitions cannot start on VMs of the generation: Azure takes it, and every VM made from it hangs."""
    if generation == "V2" and not partitions.esp:
        raise InvalidRequest(
            f"{path} has no EFI system partition, so VMs of Hyper-V generation V2 cannot start from it: "
            "use hyper_v_generation V1, or add one."
        )
    if generation == "V1" and partitions.table == "gpt" and not partitions.bios_boot:
        raise InvalidRequest(
            f"{path} has a GPT without a BIOS boot partition, so VMs of Hyper-V generation V1 cannot start from it: "
            "use hyper_v_generation V2, or add one."
        )
