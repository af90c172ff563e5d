# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mounted file systems of every type, and the disks on which they lie."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from system import NotSealed, read

OS_DISK, OTHER_DISK, NETWORK, MEMORY, UNKNOWN = (
    "the OS disk",
    "another disk",
    "a network share or a program (FUSE)",
    "memory",
    "a layered file system",
)
SHARES = frozenset(
    ("9p", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2",
     "smb3", "smbfs", "virtiofs")
)  # fmt: skip
IN_MEMORY = frozenset(
    ("binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue",
     "nsfs", "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tmpfs", "tracefs")
)  # fmt: skip


class Mount(NamedTuple):
    """One row of /proc/self/mountinfo: the folder of the file system that is mounted, where, and the type and device of the file system.

    `device` is a number; so are `id`, that of the mount, and `parent`, that of the mount in which its place lies.
    """

    device: str
    root: str
    place: str
    kind: str
    source: str
    id: str = ""
    parent: str = ""


def mounts() -> list[Mount]:
    """The mounts that a path can reach, in the order in which they were made: not those that a later mount hides."""
    rows = [parsed(line) for line in read("/proc/self/mountinfo").splitlines()]
    return [row for row in rows if not is_hidden(row, rows) and not any(lies_on(other, row) for other in rows)]


def parsed(line: str) -> Mount:
    """The mount in a line of mountinfo; there are optional words before the dash, and octal escapes in paths."""
    left, right = (half.split() for half in line.split(" - "))
    return Mount(left[2], unescaped(left[3]), unescaped(left[4]), right[0], unescaped(right[1]), left[0], left[1])


def unescaped(path: str) -> str:
    """A path of mountinfo, in which the kernel writes spaces, tabs, line ends and backslashes as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), path)


def lies_on(above: Mount, mount: Mount) -> bool:
    """Whether a mount was made on top of another one, at the same place."""
    return above.parent == mount.id and above.id != mount.id and above.place == mount.place


def is_hidden(mount: Mount, rows: list[Mount]) -> bool:
    """Whether a later mount covers a folder on the way to this one, or to the mount in which it lies."""
    siblings = (row for row in rows if row.parent == mount.parent and row.id not in (mount.id, mount.parent))
    if any(row.place != mount.place and is_within(mount.place, row.place) for row in siblings):
        return True
    below = next((row for row in rows if row.id == mount.parent and row.id != mount.id), None)
    return below is not None and is_hidden(below, rows)


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or something in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def mount_of(path: str, table: Iterable[Mount]) -> Mount:
    """The mount that holds a path in which there is no link."""
    return max((mount for mount in table if is_within(path, mount.place)), key=lambda mount: len(mount.place))


def storage(mount: Mount, table: Iterable[Mount]) -> str:
    """The kind of storage behind a mount: OS_DISK, OTHER_DISK, NETWORK, MEMORY or UNKNOWN."""
    if mount.kind in IN_MEMORY:
        return MEMORY
    if mount.kind in SHARES or re.match(r"fuse(\.|$)", mount.kind):
        return NETWORK
    own = disks(device_of(mount))
    if not own:
        return UNKNOWN
    return OS_DISK if own & disks(device_of(mount_of("/", table))) else OTHER_DISK


def aliases(mount: Mount, table: Iterable[Mount]) -> Iterator[str]:
    """The other paths under which the content of a mount, or a part of it, is visible: those of bind mounts and of second mounts."""
    for other in table:
        if other.device != mount.device or other.place == mount.place:
            continue
        if is_within(mount.root, other.root):
            yield os.path.normpath(f"{other.place.rstrip('/')}/{os.path.relpath(mount.root, other.root)}")
        elif is_within(other.root, mount.root):
            yield other.place


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
    found = disk_mounts()
    root = next((device for device, place in found if place == "/"), None)
    if root is None:
        raise NotSealed("the root file system is not a file system of its own on a disk")
    return [(device, place) for device, place in found if disks(device) & disks(root)]


def device_number(path: str) -> str:
    """The number of a block device."""
    return as_written_by_kernel(os.stat(path).st_rdev)


def device_number_below(path: str) -> str:
    """The number of the block device with the file system that holds a file."""
    number = as_written_by_kernel(os.stat(path).st_dev)
    if disks(number):
        return number
    return device_of(mount_of(os.path.realpath(path), mounts()))


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
