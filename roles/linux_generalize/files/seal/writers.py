# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that would keep a file system writable although all other processes have ended."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from machine import Machine
from mounts import as_written_by_kernel, disks, mounts
from report import Check, Finding
from system import read

SYS = Path("/sys")
PROC = Path("/proc")


def writers(machine: Machine) -> Iterator[Finding]:
    """Everything that writes to file systems on disks and is not a process that can be ended."""
    yield from (Finding(f"systemd itself keeps {path} open") for path in files_of_init())
    yield from (Finding(f"the loop device {name} keeps {path} open") for name, path in loop_files())
    yield from (
        Finding(f"a program in user space provides {mount.source} on {mount.place}") for mount in mounts() if mount.kind == "fuseblk"
    )
    if read(str(PROC / "fs/nfsd/threads")).strip() not in ("", "0"):
        yield Finding("the kernel's NFS server runs")


def files_of_init() -> list[str]:
    """Files on disks that the first process has opened for writing, or that are deleted. It outlives all others."""
    return sorted({path for number in os.listdir(PROC / "1/fd") for path in file_that_holds(number)})


def file_that_holds(number: str) -> Iterator[str]:
    """The file behind a descriptor of the first process, if it keeps a file system writable."""
    try:
        path, found = os.readlink(PROC / "1/fd" / number), os.stat(PROC / "1/fd" / number)
        flags = dict(line.split(":", 1) for line in (PROC / "1/fdinfo" / number).read_text().splitlines() if ":" in line)["flags"]
    except (FileNotFoundError, PermissionError):  # it was closed meanwhile, or a container may not ask
        return
    is_held = int(flags, 8) & os.O_ACCMODE != os.O_RDONLY or not found.st_nlink
    if stat.S_ISREG(found.st_mode) and is_held and disks(as_written_by_kernel(found.st_dev)):
        yield path


def loop_files() -> Iterator[tuple[str, str]]:
    """The loop devices that can write, each with its file. A container also sees those of its host, whose files it does not have."""
    for device in sorted((SYS / "block").glob("loop*")):
        path = read(str(device / "loop/backing_file")).strip()
        if path and read(str(device / "ro")).strip() == "0" and (os.path.exists(path) or path.endswith(" (deleted)")):
            yield device.name, path


CHECKS = (
    Check(
        id="writable_mount",
        fine="every file system can be made read-only",
        why="the seal could not end: what was checked must not change until it is captured",
        mend="stop it: restart the VM for systemd, losetup --detach for a loop device, umount, systemctl stop nfs-server",
        source="https://manpages.debian.org/stable/mount/mount.8.en.html",
        look=writers,
    ),
)
