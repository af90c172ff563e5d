# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Swap areas on the disk of the operating system: what was in memory once is in them, in use or not."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from system import disks, number, os_mounts, read, run

BLOCK = 1 << 20


@dataclass(frozen=True)
class Area:
    """A swap partition, volume or file, and what fstab knows it by."""

    path: str
    uuid: str
    label: str


def swap_areas() -> list[Area]:
    """Those in use, those that fstab names, and those that bear the signature on any device of the disk."""
    used = [line.split()[0] for line in read("/proc/swaps").splitlines()[1:]]
    named = [words[0] for line in read("/etc/fstab").splitlines() if len(words := line.split()) > 2 and words[2] == "swap"]
    signed = lines("blkid", "--cache-file", "/dev/null", "--match-token", "TYPE=swap", "--output", "device")
    paths = {os.path.realpath(path) for path in (*used, *named, *signed) if path.startswith("/") and os.path.exists(path)}
    return [Area(path, tag(path, "UUID"), tag(path, "LABEL")) for path in sorted(paths) if lies_on_the_disk(path) and is_swap(path)]


def wipe(area: Area) -> None:
    """Overwrite an area with zeros and make it anew, so that whoever names it still finds it."""
    subprocess.run(["swapoff", area.path], capture_output=True, check=False)  # not in use, as often as not
    with open(area.path, "r+b", buffering=0) as file:
        left = file.seek(0, os.SEEK_END)
        file.seek(0)
        while left > 0:
            left -= file.write(bytes(min(BLOCK, left)))
        os.fsync(file.fileno())
    label = ["--label", area.label] if area.label else []
    run("mkswap", *(["--uuid", area.uuid] if area.uuid else []), *label, area.path)


def lies_on_the_disk(path: str) -> bool:
    """Whether a device or a file is on the operating system's disk; a container sees its host's swap by name only."""
    root = next(device for device, place in os_mounts() if place == "/")
    own = number(path) if os.path.realpath(path).startswith("/dev/") else device_of(path)
    return bool(disks(own) & disks(root))


def device_of(path: str) -> str:
    """The device number of the file system that holds a file."""
    found = os.stat(path).st_dev
    return f"{os.major(found)}:{os.minor(found)}"


def is_swap(path: str) -> bool:
    return tag(path, "TYPE") == "swap"


def tag(path: str, name: str) -> str:
    return next(iter(lines("blkid", "--probe", "--match-tag", name, "--output", "value", path)), "")


def lines(*command: str) -> list[str]:
    """What a question prints; blkid ends with 2 where it has nothing to say."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout.split("\n")[:-1]
