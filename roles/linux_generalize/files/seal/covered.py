# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in a folder on which another file system is mounted: no path leads to them, so they are neither removed nor searched.

They are there if /home has moved to another disk, and was not emptied before that disk was mounted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from machine import Machine
from mounts import mount_of, mounts
from report import UNPROVEN, Check, Finding
from system import run
from treated import treated_mounts

VIEW = str(Path(__file__).parent)
"""A folder in memory, which no other process needs: only the program that looks for covered files sees what is mounted there."""
FIND = """
mount --bind -- "$1" "$2"
view=$2; shift 2
for path; do if [ -n "$(find "$view$path" -xdev -type f -print -quit)" ]; then printf '%s\\0' "$path"; fi; done
"""
"""A bind mount shows a file system without what is mounted in it."""


def covered_files(machine: Machine) -> Iterator[Finding]:
    """The mount points below which there are files."""
    for _device, place in treated_mounts(machine):
        for path in covering(place):
            yield Finding(f"below what is mounted at {path}, there are files of the file system at {place}", UNPROVEN)


def covering(place: str) -> list[str]:
    """The mount points in a file system that cover files of it."""
    table = mounts()
    inner = {mount.place for mount in table if mount.place != "/" and mount_of(os.path.dirname(mount.place), table).place == place}
    below = sorted(f"/{os.path.relpath(path, place)}" for path in inner)
    found = run("unshare", "--mount", "sh", "-euc", FIND, "sh", place, VIEW, *below) if below else ""
    return [os.path.join(place, path.lstrip("/")) for path in found.split("\0")[:-1]]


CHECKS = (
    Check(
        id="covered_files",
        fine="no mounted file system covers files of the one below",
        why="they are neither removed nor searched, and become a part of the image",
        mend="unmount what covers them, or look at them through a bind mount (mount --bind / /mnt), and delete what clones must not have",
        source="https://manpages.debian.org/stable/mount/mount.8.en.html",
        look=covered_files,
    ),
)
