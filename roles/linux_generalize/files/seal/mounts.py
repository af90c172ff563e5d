# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mounted file systems, and the disks on which they lie."""

from __future__ import annotations

import os
from pathlib import Path

from system import NotSealed, read


def disk_mounts() -> list[tuple[str, str]]:
    """The device number and the mount point of each file system that lies on a disk, the root first."""
    rows = [line.split(" - ")[0].split() for line in read("/proc/self/mountinfo").splitlines()]
    return sorted({row[2]: row[4] for row in reversed(rows) if row[3] == "/" and disks(row[2])}.items(), key=lambda item: item[1])


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
    return as_written_by_kernel(os.stat(path).st_dev)


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
