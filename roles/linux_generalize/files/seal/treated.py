# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file systems are wiped and searched, and what of the image's disks is not."""

from __future__ import annotations

import os

from machine import Machine
from mounts import disk_mounts, os_mounts
from plan import removable


def treated_mounts(machine: Machine) -> list[tuple[str, str]]:
    """The device number and the mount point of each file system that is wiped and searched.

    These are all on the disk of the operating system, and if the image holds other disks, those from which something is removed.
    """
    own = os_mounts()
    if machine.os_only:
        return own
    places = [place for _device, place in disk_mounts()]
    holders = {holder(fixed_part(pattern), places) for pattern in removable(machine)}
    return [mount for mount in disk_mounts() if mount in own or mount[1] in holders]


def fixed_part(pattern: str) -> str:
    """The part of a pattern before its first wildcard, down to a whole folder. It can be asked even when what it matched is removed."""
    words = pattern.split("/")
    first = next((number for number, word in enumerate(words) if set(word) & set("*?[")), len(words))
    return "/".join(words[:first]) or "/"


def holder(path: str, places: list[str]) -> str:
    """The mount point that holds a path, whether the path exists or not."""
    real = os.path.realpath(path)
    return max((place for place in places if real == place or real.startswith(place.rstrip("/") + "/")), key=len)
