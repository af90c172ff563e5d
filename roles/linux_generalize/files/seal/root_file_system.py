# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the root file system can be sealed at all: it must lie on one disk, and nothing but what is mounted may be in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from machine import Machine
from mounts import Mount, device_of, disks, mounts
from report import UNPROVEN, Check, Finding
from system import output
from traces import EMPTIED

BTRFS = Path("/sys/fs/btrfs")


def unsealable_roots(machine: Machine) -> Iterator[Finding]:
    """The root file system, if it is none of its own on one disk."""
    root = [mount for mount in mounts() if mount.place == "/"][-1]
    if not disks(device_of(root)) or (root.root != "/" and root.kind != "btrfs"):
        yield Finding(f"the root file system ({root.kind} of {root.source}) is not a file system of its own on a disk")
    for members in btrfs_members():
        if len(members) > 1:
            yield Finding(f"a btrfs lies on several devices: {', '.join(members)}")


def btrfs_members() -> list[list[str]]:
    """The devices of each mounted btrfs."""
    return [sorted(os.listdir(folder)) for folder in sorted(BTRFS.glob("*/devices"))]


def hidden_subvolumes(machine: Machine) -> Iterator[Finding]:
    """Subvolumes of btrfs that are not mounted, such as snapshots: they hold old files, which are neither removed nor searched."""
    mounted = [mount for mount in mounts() if mount.kind == "btrfs"]
    for source in sorted({mount.source for mount in mounted}):
        yield from hidden_in([mount for mount in mounted if mount.source == source])


def hidden_in(mounted: list[Mount]) -> Iterator[Finding]:
    """The subvolumes of one btrfs that none of these mounts, which are all it has, shows."""
    source, place = mounted[0].source, mounted[0].place
    listed = output("btrfs", "subvolume", "list", place).splitlines()
    if not listed and not output("btrfs", "--version"):
        yield Finding(f"the subvolumes of {source} (btrfs, mounted on {place}) cannot be listed: the command btrfs is missing")
    folders = {mount.root for mount in mounted}
    paths = ["/" + line.partition(" path ")[2] for line in listed]
    hidden = [path for path in paths if path not in folders and not is_harmless(path, mounted)]
    if hidden:
        yield Finding(f"{source} (btrfs, mounted on {place}) has subvolumes that are not mounted: {', '.join(hidden)}")
    if "/" not in folders:
        yield Finding(f"files outside the subvolumes of {source} (btrfs, mounted on {place}) are not searched", UNPROVEN)


def is_harmless(path: str, mounted: list[Mount]) -> bool:
    """Whether a subvolume is reached as a folder below a mount and is empty, or is to be emptied: systemd makes such subvolumes."""
    below = [mount for mount in mounted if path.startswith(mount.root.rstrip("/") + "/")]
    if not below:
        return False
    nearest = max(below, key=lambda mount: len(mount.root))
    folder = os.path.join(nearest.place, os.path.relpath(path, nearest.root))
    return folder in EMPTIED or not os.listdir(folder)


CHECKS = (
    Check(
        id="root_file_system",
        fine="the root file system lies on one disk",
        why="free space can be overwritten, and the file system made read-only, only if it is one of its own on a disk",
        mend="install the system on a disk with ext4, xfs or btrfs",
        source="roles/linux_generalize/files/seal/root_file_system.py",
        look=unsealable_roots,
    ),
    Check(
        id="btrfs_snapshots",
        fine="all subvolumes of btrfs are mounted",
        why="a snapshot keeps the files that sealing removes, and would bring them into the image",
        mend="delete the snapshots (btrfs subvolume delete), or mount the subvolumes that are in use; install btrfs-progs if it is missing",
        source="https://btrfs.readthedocs.io/en/latest/btrfs-subvolume.html",
        look=hidden_subvolumes,
    ),
)
