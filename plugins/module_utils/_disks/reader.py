# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk file on this machine: read once for its digest, and read again while it is unchanged."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._core.errors import Failed, InvalidRequest
from .._core.model.disk_file import DiskFile, Identity, padded
from .formats.vhd import fixed_footer
from .holes import data_ranges
from .look import look, open_disk
from .scan import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._core.ranges import Range


@dataclass(frozen=True)
class LocalDisk:
    """A disk file that was read for its digest, and whose content can be read again for an upload."""

    disk: DiskFile

    @contextmanager
    def opened(self) -> Iterator[Callable[[Range], bytes]]:
        """Open the file. Threads may share the reader, which returns the bytes of any range of the padded disk."""
        descriptor = open_disk(self.disk.path)
        try:
            yield _reader(descriptor, self.disk.content)
        finally:
            os.close(descriptor)

    def require_unchanged(self) -> None:
        """Raise Failed if the file was changed or replaced after it was read for its digest."""
        try:
            now = _identity(os.stat(self.disk.path))
        except OSError as error:
            raise Failed(f"{self.disk.path} was removed while it was being uploaded ({error.strerror}).") from error
        if now != self.disk.identity:
            raise Failed(f"{self.disk.path} changed while it was being uploaded; run again when nothing writes to it any more.")


def read_disk(path: str) -> LocalDisk:
    """Read a disk file from end to end. Raise InvalidRequest if it cannot be read, or for a format or size that Azure would refuse."""
    descriptor = open_disk(path)
    try:
        before = os.fstat(descriptor)
        seen = look(path, descriptor)
        content = seen.content
        found = scan(_reader(descriptor, content), padded(content), data_ranges(descriptor, content))
        if _identity(os.fstat(descriptor)) != _identity(before):
            raise InvalidRequest(f"{path} changed while it was being read; run again when nothing writes to it any more.")
    finally:
        os.close(descriptor)
    disk = DiskFile(
        path=path,
        content=content,
        digest=found.digest,
        ranges=found.ranges,
        partitions=seen.partitions,
        identity=_identity(before),
        footer=fixed_footer(padded(content), found.digest),
    )
    return LocalDisk(disk)


def _identity(found: os.stat_result) -> Identity:
    return Identity(inode=found.st_ino, size=found.st_size, modified=found.st_mtime_ns)


def _reader(descriptor: int, content: int) -> Callable[[Range], bytes]:
    """A function that reads ranges of the padded disk: zeros follow the content of the file."""

    def read(part: Range) -> bytes:
        wanted, found = max(min(part.end, content) - part.start, 0), bytearray()
        while len(found) < wanted:
            more = os.pread(descriptor, wanted - len(found), part.start + len(found))
            if not more:
                raise Failed("the disk file was truncated while it was being read; run again when nothing writes to it any more.")
            found += more
        return bytes(found).ljust(part.length, b"\0")

    return read
