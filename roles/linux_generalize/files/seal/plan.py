# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files and folders that the steps of the finalizer will remove, empty and change on this machine.

The rehearsal and the step that checks the result both ask here, so that nothing is demanded that is not removed.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import PurePath

import targets
from accounts import ACCOUNT_FILES
from machine import Machine

CHANGED = (
    *ACCOUNT_FILES,
    "/etc/fstab",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/machine-id",
    "/etc/mailname",
    "/etc/resolv.conf",
    "/etc/sudoers",
    "/etc/sudoers.d/*",
)
"""Files that stay, without what names this machine or its users."""


def removable(machine: Machine) -> Iterator[str]:
    """Patterns of all that is removed: files, and folders of which everything is removed, whether they stay or not."""
    return (glob.escape(target.path) for target in targets.removable(machine) if target.action != targets.EDIT)


def staying(paths: Iterable[str], machine: Machine) -> list[str]:
    """Those of the paths that no step removes or changes."""
    going = {path for pattern in (*removable(machine), *CHANGED) for path in glob.glob(pattern)}
    return [path for path in paths if not going & {path, *map(str, PurePath(path).parents)}]
