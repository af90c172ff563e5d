# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that wipes the swap areas on the disk of the operating system: they hold what was once in memory, whether in use or not."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from machine import Machine
from mounts import device_number, device_number_below, disks, os_mounts
from system import read, run, succeeds

PIECE = 1 << 20  # zeros that are written at a time, in bytes


@dataclass(frozen=True)
class Area:
    """A swap partition, volume or file, with the UUID and the label by which fstab may name it."""

    path: str
    uuid: str
    label: str


def wipe_swap(machine: Machine) -> None:
    """Overwrite all swap areas: memory that was swapped out can hold keys and passwords. The empty areas stay, with their UUID."""
    for area in swap_areas():
        wipe(area)


def swap_areas() -> list[Area]:
    """The areas in use, those that fstab names, and those that bear the signature, on any device of the disk."""
    used = [line.split()[0] for line in read("/proc/swaps").splitlines()[1:]]
    named = [words[0] for line in read("/etc/fstab").splitlines() if len(words := line.split()) > 2 and words[2] == "swap"]
    signed = blkid("--cache-file", "/dev/null", "--match-token", "TYPE=swap", "--output", "device")
    paths = {os.path.realpath(path) for path in (*used, *named, *signed) if path.startswith("/") and os.path.exists(path)}
    return [Area(path, tag(path, "UUID"), tag(path, "LABEL")) for path in sorted(paths) if lies_on_os_disk(path) and is_swap(path)]


def wipe(area: Area) -> None:
    """Overwrite an area with zeros and format it again with its UUID and its label, so that fstab still finds it."""
    succeeds("swapoff", area.path)  # fails if it is not in use
    with open(area.path, "r+b", buffering=0) as file:
        left = file.seek(0, os.SEEK_END)
        file.seek(0)
        while left > 0:
            left -= file.write(bytes(min(PIECE, left)))
        os.fsync(file.fileno())
    label = ["--label", area.label] if area.label else []
    run("mkswap", *(["--uuid", area.uuid] if area.uuid else []), *label, area.path)


def lies_on_os_disk(path: str) -> bool:
    """Whether a device or a file is on the disk of the operating system. A container sees the swap of its host, which is not."""
    root = next(device for device, place in os_mounts() if place == "/")
    own = device_number(path) if os.path.realpath(path).startswith("/dev/") else device_number_below(path)
    return bool(disks(own) & disks(root))


def is_swap(path: str) -> bool:
    """Whether a device or a file bears the signature of a swap area."""
    return tag(path, "TYPE") == "swap"


def tag(path: str, name: str) -> str:
    """One property of a device or a file, such as its UUID; empty if it has none."""
    return next(iter(blkid("--probe", "--match-tag", name, "--output", "value", path)), "")


def blkid(*arguments: str) -> list[str]:
    """The lines that blkid prints; it exits with 2 if it finds nothing."""
    done = subprocess.run(["blkid", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stdout.split("\n")[:-1]
