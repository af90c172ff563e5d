# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log files: emptied where an application expects its file, removed where they are old copies.

A log that a service writes as its own user must stay as it is but for its content: the service could not create it again in /var/log.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator

LOG_FOLDER = "/var/log"
ROTATED = re.compile(r"\.(\d+|gz|xz|bz2|zst|lz4|Z|old|journal~?)$|[-.]\d{8}(-\d+)?(\.\w+)?$|~$")


def log_files(folder: str, spared: frozenset[str]) -> Iterator[str]:
    """The regular files below a folder; neither links nor what is spared, such as other file systems."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if f"{place}/{name}" not in spared]
        paths = (f"{place}/{name}" for name in names if f"{place}/{name}" not in spared)
        yield from (path for path in paths if stat.S_ISREG(os.lstat(path).st_mode))


def is_unlinked(path: str, marks: Collection[str]) -> bool:
    """Whether a log file goes: a rotated one, or one whose name holds an id or an address of this machine."""
    name = os.path.basename(path)
    return bool(ROTATED.search(name)) or any(mark in name for mark in marks)


def log_links() -> Iterator[tuple[str, str]]:
    """The links in /var/log to logs elsewhere, each with its target. Those to the system's own files and devices are left out."""
    for place, folders, names in os.walk(LOG_FOLDER):
        for path in (f"{place}/{name}" for name in (*folders, *names) if os.path.islink(f"{place}/{name}")):
            target = os.path.realpath(path)
            if os.path.exists(target) and not target.startswith((f"{LOG_FOLDER}/", "/usr/", "/dev/", "/proc/", "/run/")):
                yield path, target
