# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local disk file: its size, its digest, and the ranges worth sending."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..limits import MIB
from .partitions import Partitions

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ranges import Range


FOOTER = 512
"""The length of a VHD footer, in bytes."""


@dataclass(frozen=True)
class Identity:
    """The properties of a file that change when it is written to or replaced."""

    inode: int
    size: int
    modified: int


@dataclass(frozen=True)
class DiskFile:
    """A local disk after it was read once from end to end.

    ``content`` is the number of bytes of the disk without padding and footer, ``digest`` the tree digest of the padded disk, and
    ``ranges`` are the parts that are not zero. ``footer`` is the VHD footer to send.
    """

    path: str
    content: int
    digest: str
    ranges: tuple[Range, ...]
    partitions: Partitions
    identity: Identity
    footer: bytes

    @property
    def disk_bytes(self) -> int:
        """The size of the disk in Azure: a multiple of 1 MiB, in bytes."""
        return padded(self.content)

    @property
    def upload_bytes(self) -> int:
        """The size of the upload, in bytes: the disk and its footer."""
        return self.disk_bytes + FOOTER


class DiskContent(Protocol):
    """The bytes of a disk, which can be read several times while it is uploaded."""

    @property
    def disk(self) -> DiskFile:
        """The disk file as it was read for the digest."""

    def opened(self) -> AbstractContextManager[Callable[[Range], bytes]]:
        """Open the file for reading. Threads may share the reader that this context returns."""

    def require_unchanged(self) -> None:
        """Raise ``Failed`` if the file was changed or replaced since it was read for the digest."""


def padded(size: int) -> int:
    """The size rounded up to a multiple of 1 MiB, since Azure accepts no others."""
    return -(-size // MIB) * MIB
