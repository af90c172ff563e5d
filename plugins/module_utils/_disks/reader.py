# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk file on this machine: recognised, read once for its digest, then read again for as long as it stays the same."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._core.errors import Failed, InvalidRequest
from .._core.model.disk_file import FOOTER, DiskFile, Identity, padded, require_size
from .formats.recognise import recognise
from .formats.vhd import fixed_footer
from .holes import data_ranges
from .partitions import TABLES, read_partitions
from .scan import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._core.ranges import Range


@dataclass(frozen=True)
class LocalDisk:
    """The content of a disk file that was read before, and refuses to be read on once somebody wrote to it."""

    disk: DiskFile

    @contextmanager
    def opened(self) -> Iterator[Callable[[Range], bytes]]:
        """Open the file; the reader may be shared between threads, since it never moves a position."""
        descriptor = _open(self.disk.path)
        try:
            yield _reader(descriptor, self.disk.content)
        finally:
            os.close(descriptor)

    def require_unchanged(self) -> None:
        """Raise when the file is no longer the one whose digest was taken."""
        try:
            now = _identity(os.stat(self.disk.path))
        except OSError as error:
            raise Failed(f"{self.disk.path} went away while it was being uploaded ({error.strerror}).") from error
        if now != self.disk.identity:
            raise Failed(f"{self.disk.path} changed while it was being uploaded; run again when nothing writes to it any more.")


def read_disk(path: str) -> DiskFile:
    """Read a disk file from end to end, refusing what Azure would refuse."""
    descriptor = _open(path)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise InvalidRequest(f"{path} is not a regular file, so it cannot be uploaded.")
        start, tail = os.pread(descriptor, TABLES, 0), os.pread(descriptor, FOOTER, max(before.st_size - FOOTER, 0))
        kind, content = recognise(path, before.st_size, start, tail)
        require_size(path, content)
        found = scan(_reader(descriptor, content), padded(content), data_ranges(descriptor, content))
        if _identity(os.fstat(descriptor)) != _identity(before):
            raise InvalidRequest(f"{path} changed while it was being read; run again when nothing writes to it any more.")
    finally:
        os.close(descriptor)
    return DiskFile(
        path=path,
        format=kind,
        content=content,
        digest=found.digest,
        ranges=found.ranges,
        partitions=read_partitions(start),
        identity=_identity(before),
        footer=fixed_footer(padded(content), found.digest),
    )


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise InvalidRequest(f"cannot read the disk file {path}: {error.strerror}.") from error


def _identity(found: os.stat_result) -> Identity:
    return Identity(inode=found.st_ino, size=found.st_size, modified=found.st_mtime_ns)


def _reader(descriptor: int, content: int) -> Callable[[Range], bytes]:
    """Reads ranges of the padded disk: behind the file's content there are zeros."""

    def read(part: Range) -> bytes:
        wanted, found = max(min(part.end, content) - part.start, 0), bytearray()
        while len(found) < wanted:
            more = os.pread(descriptor, wanted - len(found), part.start + len(found))
            if not more:
                raise Failed("the disk file became shorter while it was being read; run again when nothing writes to it any more.")
            found += more
        return bytes(found).ljust(part.length, b"\0")

    return read
