# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The removal of files and folders: the one place that deletes, which follows no link and never leaves the file system in which it begins.

Every folder is opened from the root on, name by name and without following links, and what is in it is removed through the open folder.
Bind mounts of one file system have the same device number, so each function is given the paths to spare, and mount points are among them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from system import NotSealed

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def opened(path: str) -> Iterator[int]:
    """A descriptor of a folder. Raises NotSealed if there is a link on the way to it."""
    folder = os.open("/", FOLDER)
    try:
        for name in path.strip("/").split("/") if path.strip("/") else ():
            above, folder = folder, open_below(folder, name, path)
            os.close(above)
        yield folder
    finally:
        os.close(folder)


def open_below(folder: int, name: str, path: str) -> int:
    """A descriptor of a folder in an open folder, which is on the way to a path."""
    try:
        return os.open(name, FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotSealed(f"{path} is reached through a link or a file, so nothing is deleted there") from error
        raise


def remove(path: str, spared: frozenset[str]) -> None:
    """Remove a file, a link, or a folder with its content; what is spared stays, with the folders above it."""
    with contextlib.suppress(FileNotFoundError), opened(os.path.dirname(path)) as folder:
        remove_in(folder, path, spared)


def empty(path: str, spared: frozenset[str]) -> None:
    """Remove the content of a folder, and leave the folder; what is spared stays, with the folders above it."""
    with opened(path) as folder:
        empty_open(folder, path, spared)


def empty_open(folder: int, path: str, spared: frozenset[str]) -> bool:
    """Remove the content of an open folder; whether nothing is left in it."""
    gone = [remove_in(folder, f"{path.rstrip('/')}/{name}", spared) for name in os.listdir(folder)]
    return all(gone)


def remove_in(folder: int, path: str, spared: frozenset[str]) -> bool:
    """Remove one entry of an open folder; whether it is gone. Mounts stay: they have another device, or at least a number of their own."""
    if path in spared:
        return False
    name = os.path.basename(path)
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if status.st_dev != os.fstat(folder).st_dev:
        return False
    if not stat.S_ISDIR(status.st_mode):
        os.unlink(name, dir_fd=folder)
        return True
    below = os.open(name, FOLDER, dir_fd=folder)
    try:
        is_empty = mount_number(below) == mount_number(folder) and empty_open(below, path, spared)
    finally:
        os.close(below)
    if is_empty:
        os.rmdir(name, dir_fd=folder)
    return is_empty


def mount_number(folder: int) -> str:
    """The number of the mount through which a folder was opened; a bind mount has another one than what it shows."""
    lines = (line.split() for line in Path(f"/proc/self/fdinfo/{folder}").read_text().splitlines())
    return next(words[1] for words in lines if words[0] == "mnt_id:")


def truncate(path: str) -> None:
    """Make a file empty; its owner and its mode stay. A file with a second name is removed instead: the other name may hold data."""
    with opened(os.path.dirname(path)) as folder:
        file = os.open(os.path.basename(path), os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        try:
            if os.fstat(file).st_nlink == 1:
                os.ftruncate(file, 0)
                return
        finally:
            os.close(file)
        os.unlink(os.path.basename(path), dir_fd=folder)


def is_left(path: str, spared: frozenset[str]) -> bool:
    """Whether anything is at a path but what is spared and the folders above that."""
    if path in spared or not os.path.lexists(path):
        return False
    if not any(each.startswith(f"{path}/") for each in spared) or os.path.islink(path) or not os.path.isdir(path):
        return True
    return is_filled(path, spared)


def is_filled(path: str, spared: frozenset[str]) -> bool:
    """Whether a folder has anything in it but what is spared and the folders above that."""
    return any(is_left(f"{path}/{name}", spared) for name in os.listdir(path))
