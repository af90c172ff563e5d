# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Screens before folders that must stay, while a program runs that would empty them: it looks neither for mounts nor for links."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator

from logs import LOG_FOLDER
from mounts import MEMORY, OS_DISK, Mount, is_within, mount_of, mounts, storage
from system import run


@contextlib.contextmanager
def screened(folders: Iterable[str]) -> Iterator[None]:
    """Show an empty folder in memory in place of those that are reached through a link, lie on another disk or a share, or hold a mount.

    The folder of logs is always among them: in it, programs remove their own logs. What is listed for removal is removed later.
    """
    with contextlib.ExitStack() as stack:
        for folder in (LOG_FOLDER, *folders):
            if os.path.isdir(folder) and must_stay(folder, mounts()):
                place = os.path.realpath(folder)
                run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", place)
                stack.callback(run, "umount", "--lazy", place)
        yield


def must_stay(folder: str, table: list[Mount]) -> bool:
    """Whether more than files of the OS disk is in a folder, or somewhere on the way to it. No program empties that of logs itself."""
    if os.path.realpath(folder) != folder or storage(mount_of(folder, table), table) not in (OS_DISK, MEMORY):
        return True
    return folder != LOG_FOLDER and any(mount.place != folder and is_within(mount.place, folder) for mount in table)
