# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether this machine runs what is installed on it: an image must not start with software that has never run."""

from __future__ import annotations

import glob
import os
import platform
import re
from collections.abc import Iterator

from machine import Machine
from report import WARN, Check, Finding
from system import CONTAINER, read

REQUIRED = "/run/reboot-required"
MODULES = "/lib/modules"


def pending_restarts(machine: Machine) -> Iterator[Finding]:
    """The software that waits for a restart."""
    if os.path.exists(REQUIRED):
        packages = sorted({*read(f"{REQUIRED}.pkgs").split()})
        yield Finding(f"{REQUIRED} exists{' because of ' + ', '.join(packages) if packages else ''}")
    if os.path.exists(CONTAINER):
        return
    running = platform.release()
    if not os.path.isdir(f"{MODULES}/{running}"):
        yield Finding(f"the kernel that runs ({running}) is not installed any more")
    for folder in sorted(glob.glob(f"{MODULES}/*/modules.dep")):
        if os.stat(folder).st_mtime > time_of_start() and f"{MODULES}/{running}/" not in folder:
            yield Finding(f"the kernel {folder.split('/')[-2]} was installed after the last start", WARN)


def time_of_start() -> int:
    """The time at which this machine was started, in seconds since 1970."""
    return int(re.search(r"^btime (\d+)", read("/proc/stat"), re.MULTILINE)[1])


CHECKS = (
    Check(
        id="pending_restart",
        fine="this machine does not wait for a restart",
        why="every clone would be the first machine to start with what was installed, and no one has seen it work",
        mend="restart the VM",
        source="https://www.debian.org/doc/debian-policy/ch-opersys.html#signaling-that-a-reboot-is-required",
        look=pending_restarts,
    ),
)
