# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that treat file systems as a unit: overwrite their free space, and make them read-only at the end."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import time
from pathlib import Path

from machine import Machine
from mounts import disk_mounts, os_mounts
from processes import stop_everything_else
from system import NotSealed, succeeds

BLOCK = 4096
PIECE = 4 << 20  # zeros that are written at a time, in bytes
FULL = (errno.ENOSPC, errno.EFBIG)
"""How a write ends: the file system is full, or the file is (vfat ends one at 4 GiB)."""


def overwrite_free_space(machine: Machine) -> None:
    """Overwrite what deleted files left, then trim the free space. Trimming alone may skip small pieces."""
    os.sync()
    for device, place in os_mounts():
        if machine.wipe:
            fill_with_zeros(device, place)
        succeeds("fstrim", place)  # not every disk can


def fill_with_zeros(device: str, place: str) -> None:
    """Write zeros until the file system is full, trim while they are in place what could not be filled, then remove them."""
    release_reserve(device)
    filler = Path(place, ".goldenimage-zeros")
    try:
        file = create_for_direct_writes(str(filler))
        write_zeros(file)
        os.fsync(file)
        os.close(file)
        succeeds("fstrim", place)
    finally:
        filler.unlink()
    os.sync()


def release_reserve(device: str) -> None:
    """Let root use the last blocks of an ext4: it holds back up to 16 MiB even from root, until the next mount."""
    reserve = Path("/sys/fs/ext4", Path(f"/sys/dev/block/{device}").resolve().name, "reserved_clusters")
    if os.access(reserve, os.W_OK):
        reserve.write_text("0")


def write_zeros(file: int) -> None:
    """Write zeros until nothing fits any more, first in large pieces, then block by block."""
    zeros = mmap.mmap(-1, PIECE)  # aligned to pages, as direct writes need it
    for size in (PIECE, BLOCK):
        try:
            while os.write(file, memoryview(zeros)[:size]):
                pass
        except OSError as error:
            if error.errno not in FULL:
                raise


def create_for_direct_writes(path: str) -> int:
    """A descriptor of a new file that is written past the page cache if the file system can: much cheaper on a small machine."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        return os.open(path, flags | os.O_DIRECT, 0o600)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    return os.open(path, flags, 0o600)


def make_read_only(machine: Machine) -> None:
    """Write everything to the disk and remount it read-only, so that what was checked is what will be captured."""
    os.sync()
    places = [place for _device, place in reversed(disk_mounts())]
    for attempt in range(20):
        writable = [place for place in places if not succeeds("mount", "-o", "remount,ro", place)]
        if not writable:
            return
        if attempt == 10:
            stop_everything_else(machine)
        else:
            time.sleep(0.5)
    raise NotSealed(f"{', '.join(writable)} could not be made read-only: a process still writes there")
