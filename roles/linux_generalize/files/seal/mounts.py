# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mounted file systems, and the disks on which they lie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from system import NotSealed, read


class Mount(NamedTuple):
    """One line of /proc/self/mountinfo: the folder `root` of the file system on `device` is visible at `place`."""

    device: str
    root: str
    place: str
    kind: str
    source: str


def mounts() -> list[Mount]:
    """All mounts, in the order in which they were made."""
    halves = [[half.split() for half in line.split(" - ")] for line in read("/proc/self/mountinfo").splitlines()]
    return [Mount(left[2], left[3], left[4], right[0], right[1]) for left, right in halves]


def disk_mounts() -> list[tuple[str, str]]:
    """The device number and the mount point of each file system that lies on a disk, the root first; those of subvolumes too."""
    whole = [mount for mount in reversed(mounts()) if mount.root == "/" or is_subvolume(mount)]
    found = {(device_of(mount), mount.root): mount.place for mount in whole if disks(device_of(mount))}
    return sorted(((device, place) for (device, _root), place in found.items()), key=lambda item: item[1])


def is_subvolume(mount: Mount) -> bool:
    """Whether a subvolume of btrfs is mounted, not just a folder: the root of a subvolume always has this inode number."""
    return mount.kind == "btrfs" and os.stat(mount.place).st_ino == 256


def device_of(mount: Mount) -> str:
    """The number of the device under a mount. That of a btrfs has no device, since it can span several disks."""
    if mount.kind == "btrfs" and os.path.exists(mount.source):
        return device_number(mount.source)
    return mount.device


def os_mounts() -> list[tuple[str, str]]:
    """Those disk mounts that lie on the disk of the operating system.

    Raises NotSealed if the root is not a file system of its own, as in a container that lives in a folder of its host.
    """
    mounts = disk_mounts()
    root = next((device for device, place in mounts if place == "/"), None)
    if root is None:
        raise NotSealed("the root file system is not a file system of its own on a disk")
    return [(device, place) for device, place in mounts if disks(device) & disks(root)]


def device_number(path: str) -> str:
    """The number of a block device."""
    return as_written_by_kernel(os.stat(path).st_rdev)


def device_number_below(path: str) -> str:
    """The number of the block device with the file system that holds a file."""
    number = as_written_by_kernel(os.stat(path).st_dev)
    if disks(number):
        return number
    holders = [mount for mount in mounts() if Path(mount.place) in (Path(path).resolve(), *Path(path).resolve().parents)]
    return device_of(max(holders, key=lambda mount: len(mount.place)))


def as_written_by_kernel(device: int) -> str:
    """A device number as in /proc/self/mountinfo and in /sys/dev/block, such as `8:1`."""
    return f"{os.major(device)}:{os.minor(device)}"


def disks(device: str) -> set[str]:
    """The disks under a partition, volume or disk, by the device's number; empty for a number that no block device has."""
    path = Path(f"/sys/dev/block/{device}").resolve()
    if not path.exists():
        return set()
    if (path / "partition").exists():
        return {path.parent.name}
    below = (path / "slaves").glob("*")
    return {disk for each in below for disk in disks((each / "dev").read_text().strip())} or {path.name}
