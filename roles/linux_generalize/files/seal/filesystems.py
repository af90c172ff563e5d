# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that treat file systems as a unit: overwrite their free space, and make them read-only at the end."""

from __future__ import annotations

import contextlib
import errno
import glob
import mmap
import os
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from machine import Machine
from mounts import disk_mounts, mount_of, mounts
from plan import CHANGED, removable
from processes import stop_everything_else
from report import UNPROVEN, Check, Finding
from swap import capacity, swap_areas
from system import NotSealed, succeeds
from treated import holder, treated_mounts
from volumes import overcommitted_pool

BLOCK = 4096
SPACE, INODES = 32, 64  # MiB, and inodes, that changing files can take
PIECE = 4 << 20  # zeros that are written at a time, in bytes
ZEROS = ".goldenimage-zeros"
FULL = (errno.ENOSPC, errno.EFBIG)
"""How a write ends: the file system is full, or the file is (vfat ends one at 4 GiB)."""


def overwrite_free_space(machine: Machine) -> None:
    """Overwrite what deleted files left, then trim the free space. Trimming alone may skip small pieces."""
    os.sync()
    for device, place in file_systems_to_overwrite(machine):
        if machine.wipe and not overcommitted_pool(device):
            fill_with_zeros(device, place)
        succeeds("fstrim", place)  # not every disk can


def file_systems_to_overwrite(machine: Machine) -> list[tuple[str, str]]:
    """The device number and one mount point of each file system that is searched and can be written to. A device has one free space."""
    found = {device: place for device, place in reversed(treated_mounts(machine)) if not is_read_only(place)}
    return sorted(found.items(), key=lambda mount: mount[1])


def is_read_only(place: str) -> bool:
    """Whether nothing can be written at a mount point."""
    return bool(os.statvfs(place).f_flag & os.ST_RDONLY)


def bytes_to_overwrite(machine: Machine) -> int:
    """The size of all that is overwritten: the swap areas, and the free space of file systems unless it is only trimmed."""
    free = [os.statvfs(place) for _device, place in file_systems_to_overwrite(machine)] if machine.wipe else []
    return sum(each.f_bfree * each.f_frsize for each in free) + sum(capacity(area.path) for area in swap_areas())


def fill_with_zeros(device: str, place: str) -> None:
    """Write zeros until the file system is full, trim while they are in place what could not be filled, then remove them."""
    release_reserve(device)
    remove_zeros(place)
    try:
        for number in count():
            if is_full_after(f"{place}/{ZEROS}-{number}"):
                break
        succeeds("fstrim", place)
    finally:
        remove_zeros(place)
    os.sync()


def remove_zeros_of_a_dead_run(machine: Machine) -> None:
    """Free the space that a run has filled when it died: nothing could be changed on a full file system."""
    for _device, place in treated_mounts(machine):
        remove_zeros(place)


def remove_zeros(place: str) -> None:
    """Remove the files of zeros from a file system, also those that a run has left when it died."""
    for path in glob.glob(f"{place}/{ZEROS}-*"):
        os.unlink(path)


def is_full_after(path: str) -> bool:
    """Fill one file with zeros; whether the file system is full then, and not just the file."""
    try:
        file = create_for_direct_writes(path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return True  # not even a name fits
        raise
    try:
        reason = write_zeros(file)
        os.fsync(file)
        return reason == errno.ENOSPC or not os.fstat(file).st_size
    finally:
        os.close(file)


def release_reserve(device: str) -> None:
    """Let root use the last blocks of an ext4: it holds back up to 16 MiB even from root, until the next mount."""
    reserve = Path("/sys/fs/ext4", Path(f"/sys/dev/block/{device}").resolve().name, "reserved_clusters")
    if os.access(reserve, os.W_OK):
        reserve.write_text("0")


def write_zeros(file: int) -> int:
    """Write zeros until nothing fits any more, first in large pieces, then block by block; the kernel's last reason, ENOSPC or EFBIG."""
    zeros = mmap.mmap(-1, PIECE)  # aligned to pages, as direct writes need it
    reason = errno.ENOSPC
    for size in (PIECE, BLOCK):
        try:
            while os.write(file, memoryview(zeros)[:size]):
                pass
        except OSError as error:
            if error.errno not in FULL:
                raise
            reason = error.errno
    return reason


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
    """Write everything to the disk and remount it read-only, so that what was checked is what will be captured.

    If one file system stays writable, all that were become so again: the owner has to look for the reason, and another run has to write.
    """
    os.sync()
    places = [place for _device, place in reversed(disk_mounts()) if not is_read_only(place)]
    for attempt in range(20):
        writable = [place for place in places if not remount(place, "ro")]
        if not writable:
            return
        if attempt == 10:
            stop_everything_else(machine)
        else:
            time.sleep(0.5)
    for place in places:
        remount(place, "rw")
    raise NotSealed(f"{', '.join(writable)} could not be made read-only: something still writes there")


def remount(place: str, option: str) -> bool:
    """Remount a file system; whether that succeeded. With its source given, mount does not look for what fstab names for this place."""
    return succeeds("mount", "-o", f"remount,{option}", mount_of(place, mounts()).source, place)


def read_only_partitions(machine: Machine) -> Iterator[Finding]:
    """Read-only file systems: they cannot be overwritten, and nothing can be removed from them."""
    places = [place for _device, place in disk_mounts()]
    for place in (place for _device, place in treated_mounts(machine) if is_read_only(place)):
        yield Finding(f"{place} is mounted read-only, so its free space is not overwritten", UNPROVEN)
        affected = {path for pattern in (*removable(machine), *CHANGED) for path in glob.glob(pattern) if holder(path, places) == place}
        if affected:
            yield Finding(f"{place} is mounted read-only, and {', '.join(sorted(affected)[:10])} must be removed or changed there")


def full_file_systems(machine: Machine) -> Iterator[Finding]:
    """A root file system on which files cannot be changed any more, so that accounts could not be removed."""
    root = os.statvfs("/")
    left = root.f_bfree * root.f_frsize >> 20
    if left < SPACE or (root.f_files and root.f_ffree < INODES):
        yield Finding(f"the root file system has {left} MiB left, and inodes for {root.f_ffree} files")


CHECKS = (
    Check(
        id="free_space",
        fine="the root file system has space for the files that are changed",
        why="a changed file is written as a new one before the old one is removed",
        mend="delete something from it",
        source="roles/linux_generalize/files/seal/filesystems.py",
        look=full_file_systems,
    ),
    Check(
        id="read_only_partition",
        fine="every file system that is searched can be written to",
        why="nothing can be removed or overwritten on it; what was deleted while it was writable can still be read from the image",
        mend="mount it with remount,rw before the seal, if anything was ever deleted there",
        source="roles/linux_generalize/files/seal/filesystems.py",
        look=read_only_partitions,
    ),
)
