# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A first look at a disk file, which takes milliseconds: its format, its size, and its partitions."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from .._core.errors import InvalidRequest
from .._core.model.disk_file import FOOTER
from .._core.model.partitions import Partitions
from .formats.recognize import recognize
from .partitions import TABLES, read_partitions
from .size import require_size


class Look(NamedTuple):
    """A disk file that can be uploaded: the number of bytes of the disk in it, and its partitions."""

    content: int
    partitions: Partitions


def look_at_disk(path: str) -> Partitions:
    """The partitions of a disk file. Raises ``InvalidRequest`` if it cannot be read, or if its format or size cannot be uploaded."""
    descriptor = open_disk(path)
    try:
        return look(path, descriptor).partitions
    finally:
        os.close(descriptor)


def look(path: str, descriptor: int) -> Look:
    """Read the start and the end of an open disk file."""
    size = os.fstat(descriptor).st_size
    start, tail = os.pread(descriptor, TABLES, 0), os.pread(descriptor, FOOTER, max(size - FOOTER, 0))
    content = recognize(path, size, start, tail)
    require_size(path, content)
    return Look(content, read_partitions(start, content))


def open_disk(path: str) -> int:
    """A descriptor of a disk file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise InvalidRequest(f"cannot read the disk file {path}: {error.strerror}.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InvalidRequest(f"{path} is not a regular file: name a disk file.")
    return descriptor
