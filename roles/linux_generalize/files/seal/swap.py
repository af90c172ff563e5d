# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that ends swapping, and wipes the swap areas on the disk of the operating system: they hold what was once in memory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO

from machine import Machine
from mounts import device_number, device_number_below, disks, mounts, os_mounts
from report import UNPROVEN, Check, Finding
from system import CONTAINER, read, run

HEADER = 64 << 10  # bytes at the beginning of an area in which its signature lies, whatever the size of the machine's pages
DELETED = "\\040(deleted)"
PIECE = 1 << 20  # zeros that are written at a time, in bytes


@dataclass(frozen=True)
class Area:
    """A swap partition, volume or file, with the UUID and the label by which fstab may name it."""

    path: str
    uuid: str
    label: str


def wipe_swap(machine: Machine) -> None:
    """End swapping, also to other disks, whose file systems could not become read-only, and overwrite the areas on the OS disk.

    Memory that was swapped out can hold keys and passwords. The empty areas stay, with their UUID. Swapping ends before anything is
    removed: the kernel lets no one delete a file to which it swaps.
    """
    areas = swap_areas()
    for path in areas_in_use():
        run("swapoff", path)
    for area in areas:
        wipe(area)


def areas_in_use() -> list[str]:
    """The files and devices to which this machine swaps. A container sees those of its host, which are not its own."""
    if os.path.exists(CONTAINER):
        return []
    paths = [line.split()[0].replace("\\040", " ") for line in read("/proc/swaps").splitlines()[1:]]
    return [path for path in paths if os.path.exists(path) and is_swap(path)]


def swap_areas() -> list[Area]:
    """The areas in use, those that fstab names, and those that bear the signature, on any device of the disk."""
    named = [words[0] for line in read("/etc/fstab").splitlines() if len(words := line.split()) > 2 and words[2] == "swap"]
    signed = blkid("--cache-file", "/dev/null", "--match-token", "TYPE=swap", "--output", "device")
    paths = {os.path.realpath(path) for path in (*areas_in_use(), *named, *signed) if path.startswith("/") and os.path.exists(path)}
    return [Area(path, tag(path, "UUID"), tag(path, "LABEL")) for path in sorted(paths) if lies_on_os_disk(path) and is_swap(path)]


def wipe(area: Area) -> None:
    """Overwrite an area with zeros and format it again with its UUID and its label, so that fstab still finds it.

    The signature is overwritten last and is back at once: a run that dies before leaves an area that the next run finds again.
    """
    with open(area.path, "r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        overwrite(file, HEADER, end)
        overwrite(file, 0, HEADER)
    label = ["--label", area.label] if area.label else []
    run("mkswap", *(["--uuid", area.uuid] if area.uuid else []), *label, area.path)


def overwrite(file: FileIO, start: int, end: int) -> None:
    """Write zeros to a part of a file or device, and wait until they are on the disk."""
    position = file.seek(start)
    while position < end:
        position += file.write(bytes(min(PIECE, end - position)))
    os.fsync(file.fileno())


def capacity(path: str) -> int:
    """The bytes of a file or device."""
    with open(path, "rb") as file:
        return file.seek(0, os.SEEK_END)


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


def active_swap(machine: Machine) -> Iterator[Finding]:
    """Swapped-out memory that would not fit back, and areas on other disks, which are not wiped.

    Processes have ended when swapping ends. Only file systems in memory, such as a full /tmp, can still need what was swapped out.
    """
    rows = [line.split() for line in read("/proc/swaps").splitlines()[1:]]
    yield from (Finding(f"the swap file {row[0][: -len(DELETED)]} is in use and deleted") for row in rows if row[0].endswith(DELETED))
    used = sum(int(row[3]) << 10 for row in rows)
    free = next((int(line.split()[1]) << 10 for line in read("/proc/meminfo").splitlines() if line.startswith("MemAvailable:")), 0)
    needed = min(used, bytes_in_memory_file_systems())
    if needed > free:
        yield Finding(f"files in memory can need {needed >> 20} MiB that are swapped out, and only {free >> 20} MiB of memory are free")
    for path in areas_in_use():
        if not lies_on_os_disk(path):
            yield Finding(f"the swap area {path} lies on another disk and is not overwritten", UNPROVEN)


def bytes_in_memory_file_systems() -> int:
    """The size of all files in file systems that are in memory."""
    found = [os.statvfs(mount.place) for mount in mounts() if mount.kind == "tmpfs"]
    return sum((each.f_blocks - each.f_bfree) * each.f_frsize for each in found)


CHECKS = (
    Check(
        id="active_swap",
        fine="swapping can end, and all swap areas in use lie on the disk of the operating system",
        why="swapping has to end before the file systems can be made read-only; what was swapped out can hold keys and passwords",
        mend="restart the VM if the swap file is deleted, delete large files in memory, or turn off swap on disks that are not temporary",
        source="https://manpages.debian.org/stable/mount/swapoff.8.en.html",
        look=active_swap,
    ),
)
