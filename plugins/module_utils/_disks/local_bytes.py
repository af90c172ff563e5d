# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of a disk file on this machine that nothing else uses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .._core.errors import Failed, InvalidRequest
from .._core.model.disk_bytes import DiskBytes
from .._core.model.disk_file import FOOTER
from .formats.recognize import recognize
from .look import open_disk
from .partitions import TABLES

PROCESSES, LOCKS = Path("/proc"), Path("/proc/locks")


@dataclass(frozen=True)
class FileBytes:
    """The disk in an open file, without the footer of a VHD."""

    size: int
    descriptor: int

    def read(self, start: int, length: int) -> bytes:
        """The bytes at a place. Raises Failed if the file has become shorter."""
        found = bytearray()
        while len(found) < length:
            more = os.pread(self.descriptor, length - len(found), start + len(found))
            if not more:
                raise Failed("the disk file was truncated while it was being read; run again when nothing writes to it any more.")
            found += more
        return bytes(found)


@contextmanager
def opened_file(path: str) -> Iterator[DiskBytes]:
    """The bytes of a raw disk or a fixed VHD. Raises InvalidRequest for other files, for one that is in use, and for one that changes."""
    descriptor = open_disk(path)
    try:
        before = os.fstat(descriptor)
        start, tail = os.pread(descriptor, TABLES, 0), os.pread(descriptor, FOOTER, max(before.st_size - FOOTER, 0))
        size = recognize(path, before.st_size, start, tail)
        # The format is refused first: a server that still runs does not change it.
        require_released(path, before)
        yield FileBytes(size, descriptor)
        after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise InvalidRequest(f"{path} changed while it was being read; run again when nothing writes to it any more.")
    finally:
        os.close(descriptor)


def require_released(path: str, file: os.stat_result) -> None:
    """Refuse a file that another process has locked or opened for writing, as far as this machine shows that."""
    if (user := _locking(file) or _writing(file)) is not None:
        raise InvalidRequest(f"{path} is in use by process {user}: stop the VM or the program that writes to it first.")


def _locking(file: os.stat_result) -> str | None:
    """The process that has locked a file; None if none has. QEMU locks the disks of a running VM."""
    place = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    try:
        locks = [line.split() for line in LOCKS.read_text().splitlines()]
    except OSError:
        return None
    return next((words[4] for words in locks if "->" not in words and len(words) > 5 and words[5] == place), None)


def _writing(file: os.stat_result) -> str | None:
    """A process that has a file open for writing; None if none has. Processes of others can be seen by root alone."""
    for link in PROCESSES.glob("[0-9]*/fd/*"):
        try:
            opened = link.stat()
            if (opened.st_dev, opened.st_ino) == (file.st_dev, file.st_ino) and _is_for_writing(link):
                return link.parts[-3]
        except OSError:
            continue
    return None


def _is_for_writing(link: Path) -> bool:
    """Whether a descriptor of a process was opened for writing."""
    flags = next(
        line.split()[1] for line in (link.parent.parent / "fdinfo" / link.name).read_text().splitlines() if line.startswith("flags:")
    )
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
