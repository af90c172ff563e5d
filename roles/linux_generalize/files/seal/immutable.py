# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that cannot be removed or changed because of an attribute (chattr +i or +a): the seal would fail halfway."""

from __future__ import annotations

import array
import fcntl
import glob
import json
import os
from collections.abc import Iterator
from pathlib import Path

from machine import Machine
from plan import CHANGED, removable
from report import Check, Finding

GET, SET = 0x80086601, 0x40086602
"""The requests FS_IOC_GETFLAGS and FS_IOC_SETFLAGS of Linux on 64 bits."""
IMMUTABLE, APPEND_ONLY = 0x10, 0x20
LIFTED = Path("/run/goldenimage-seal/attributes.json")
"""The attributes that were lifted, by file, so that those of files that stay come back, even if another run ends the work."""
LISTED = 10  # files that one sentence names


def locked(machine: Machine) -> Iterator[tuple[str, int]]:
    """The files and folders to remove or to change that have such an attribute, each with its attributes."""
    for path in affected(machine):
        flags = attributes(path)
        if flags & (IMMUTABLE | APPEND_ONLY):
            yield path, flags


def affected(machine: Machine) -> Iterator[str]:
    """All files and folders to remove or to change, with what is in them, and the folders that hold them."""
    found = {path for pattern in (*removable(machine), *CHANGED) for path in glob.glob(pattern)}
    yield from sorted({*found, *map(os.path.dirname, found)})
    for path in found:
        for folder, folders, files in () if os.path.islink(path) else os.walk(path):
            folders[:] = [name for name in folders if not os.path.ismount(os.path.join(folder, name))]
            yield from (os.path.join(folder, name) for name in (*folders, *files))


def attributes(path: str) -> int:
    """The attributes of a file or folder; none if it is something else or gone, or if its file system has no attributes."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        flags = array.array("L", [0])
        fcntl.ioctl(file, GET, flags)
        return int(flags[0])
    except OSError:
        return 0
    finally:
        os.close(file)


def set_attributes(path: str, flags: int) -> None:
    """Give these attributes to a file or folder."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.ioctl(file, SET, array.array("L", [flags]))
    finally:
        os.close(file)


def lift_attributes(machine: Machine) -> None:
    """Lift the attributes that are in the way. There are none, unless the owner has waived the check."""
    lifted = {**remembered(), **dict(locked(machine))}
    if lifted:
        LIFTED.write_text(json.dumps(lifted))
    for path, flags in lifted.items():
        if os.path.lexists(path):
            set_attributes(path, flags & ~(IMMUTABLE | APPEND_ONLY))


def restore_attributes(machine: Machine) -> None:
    """Give back the attributes of the files that have stayed."""
    for path, flags in remembered().items():
        if os.path.lexists(path):
            set_attributes(path, flags)


def remembered() -> dict[str, int]:
    """The attributes that were lifted, by file."""
    return json.loads(LIFTED.read_text()) if LIFTED.exists() else {}


def locked_files(machine: Machine) -> Iterator[Finding]:
    """The files with such an attribute, in one sentence."""
    paths = [path for path, _flags in locked(machine)]
    if paths:
        more = f" and {len(paths) - LISTED} more" if len(paths) > LISTED else ""
        yield Finding(f"immutable or append-only (chattr): {', '.join(paths[:LISTED])}{more}")


CHECKS = (
    Check(
        id="immutable_files",
        fine="no file that is to be removed or changed is immutable or append-only",
        why="the seal would fail halfway",
        mend="lift the attribute (chattr -ia), or waive this check: it is then lifted, and restored where the file stays",
        source="https://manpages.debian.org/stable/e2fsprogs/chattr.1.en.html",
        look=locked_files,
    ),
)
