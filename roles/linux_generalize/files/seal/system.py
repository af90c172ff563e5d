# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few ways in which the seal touches the system."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path


class Unsealed(Exception):
    """Why this machine must not be captured."""


def read(path: str) -> str:
    return Path(path).read_text(errors="replace") if os.path.exists(path) else ""


def processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except (FileNotFoundError, ProcessLookupError):
        return b""


def run(*command: str, errors: str = "replace") -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors=errors, timeout=900, check=False)
    if done.returncode:
        raise Unsealed(f"{' '.join(command)[:80]} failed: {done.stderr.strip()[-200:]}")
    return done.stdout


def remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def rewrite(path: str, change: Callable[[str], str | None]) -> None:
    """Change or drop lines of a file, in place, so that owner and mode stay."""
    old = read(path)
    lines = (change(line) for line in old.splitlines())
    new = "".join(f"{line}\n" for line in lines if line is not None)
    if old and new != old:
        Path(path).write_text(new)


def without(line: str, names: Iterable[str]) -> str | None:
    """A line of /etc/hosts without these names; None if its address has no other."""
    words = line.split("#")[0].split()
    left = [word for word in words if word not in names and word.split(".")[0] not in names]
    return line if left == words else None if len(left) < 2 else " ".join(left)


def disk_mounts() -> list[tuple[str, str]]:
    """Device number and place of each file system that lies on a disk, the root first."""
    rows = [line.split(" - ")[0].split() for line in read("/proc/self/mountinfo").splitlines()]
    return sorted({row[2]: row[4] for row in reversed(rows) if row[3] == "/" and disks(row[2])}.items(), key=lambda item: item[1])


def os_mounts() -> list[tuple[str, str]]:
    """Those that lie on the disk of the operating system. A root that is but a folder of another system's disk is refused."""
    mounts = disk_mounts()
    root = next((device for device, place in mounts if place == "/"), None)
    if root is None:
        raise Unsealed("the root file system is not a file system of its own on a disk")
    return [(device, place) for device, place in mounts if disks(device) & disks(root)]


def number(path: str) -> str:
    """The device number of a block device, as the kernel's tables write it."""
    found = os.stat(path).st_rdev
    return f"{os.major(found)}:{os.minor(found)}"


def disks(device: str) -> set[str]:
    """The whole disks under a block device; none for one that has no block device."""
    path = Path(f"/sys/dev/block/{device}").resolve()
    if (path / "partition").exists():
        return {path.parent.name}
    below = list((path / "slaves").glob("*")) if path.exists() else []
    return {disk for each in below for disk in disks((each / "dev").read_text().strip())} or ({path.name} if path.exists() else set())
