# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a sparse file that hold data: its holes are never read."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from .._core.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator


def data_ranges(descriptor: int, size: int) -> Iterator[Range]:
    """The parts of the first `size` bytes that are not holes; all of them on a file system without holes.

    What was written a moment ago is synced first: OpenZFS has reported data that was not on the disk yet as a hole
    (https://github.com/openzfs/zfs/issues/15526).
    """
    with suppress(OSError):  # a file that cannot be synced was not written to
        os.fsync(descriptor)
    position = 0
    while position < size:
        try:
            start = os.lseek(descriptor, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # only a hole up to the end of the file
                return
            if error.errno in (errno.EINVAL, errno.ENOTSUP):
                yield Range(position, size)
                return
            raise
        if start >= size:
            return
        position = min(os.lseek(descriptor, start, os.SEEK_HOLE), size)
        yield Range(start, position)
