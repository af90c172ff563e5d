# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that takes network shares and FUSE out of sight: no program answers for them any more once everything else has been stopped.

A search that meets such a mount point would fail, or wait for ever for a server that it cannot reach.
"""

from __future__ import annotations

import ctypes
import os

from machine import Machine
from mounts import NETWORK, Mount, is_within, mounts, storage
from targets import is_kept, targets

MNT_DETACH, UMOUNT_NOFOLLOW = 2, 8
"""The flags of umount2: take the mount away at once and clean up later; follow no link."""


def detach_shares(machine: Machine) -> None:
    """Unmount what no target touches, without asking the server, so that nothing in it is changed.

    A share in the way of a target stays: the owner has waived its check, and what it is mounted in is left alone.
    """
    for mount in reversed(detachable(machine)):
        ctypes.CDLL(None).umount2(os.fsencode(mount.place), MNT_DETACH | UMOUNT_NOFOLLOW)


def detachable(machine: Machine) -> list[Mount]:
    """The network shares and FUSE mounts that are not in the way of a target, in the order in which they were mounted."""
    table, paths = mounts(), [target.path for target in targets(machine)]
    return [mount for mount in table if storage(mount, table) == NETWORK and not is_in_the_way(mount, paths, machine)]


def is_in_the_way(mount: Mount, paths: list[str], machine: Machine) -> bool:
    """Whether a mount lies at or below one of these paths, or holds one. Kept folders are in the way of nothing."""
    return not is_kept(mount.place, machine) and any(is_within(mount.place, path) or is_within(path, mount.place) for path in paths)
