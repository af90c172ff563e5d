# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file systems are wiped and searched, and what of the image's disks is not."""

from __future__ import annotations

import fnmatch
import os

from machine import Machine
from mounts import disk_mounts, os_mounts


def treated_mounts(machine: Machine) -> list[tuple[str, str]]:
    """The device number and the mount point of each file system that is wiped and searched.

    These are all on the disk of the operating system, and if the image holds other disks, those on which the options list something for
    removal: nothing else is removed there.
    """
    own = os_mounts()
    if machine.os_only:
        return own
    return [mount for mount in disk_mounts() if mount in own or any(may_match_below(mount[1], pattern) for pattern in machine.extra)]


def may_match_below(folder: str, pattern: str) -> bool:
    """Whether a pattern can match something in a folder. It can be asked even when what it matched is removed."""
    depth, words = folder.rstrip("/").count("/") + 1, pattern.split("/")
    return len(words) > depth and fnmatch.fnmatchcase(folder, "/".join(words[:depth]))


def holder(path: str, places: list[str]) -> str:
    """The mount point that holds a path, whether the path exists or not."""
    real = os.path.realpath(path)
    return max((place for place in places if real == place or real.startswith(place.rstrip("/") + "/")), key=len)
