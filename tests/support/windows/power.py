# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power of a simulated guest: restarting, and switching off, which writes its disk."""

from __future__ import annotations

from tests.support.windows import disk
from tests.support.windows.guest import Guest

BOOT_KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager"


def apply(guest: Guest) -> None:
    """Carry out what a script or a program has asked of the power: ``power`` is then `restarting` or `stopping`."""
    wanted = guest.data.get("power", "running")
    if wanted == "restarting":
        restart(guest)
    elif wanted == "stopping":
        switch_off(guest)


def restart(guest: Guest) -> None:
    """Start the guest again: what was pending until then is done."""
    guest.run["boots"] = boots(guest) + 1
    guest.registry.remove_value(BOOT_KEY, "PendingFileRenameOperations")
    guest.data["power"] = "running"


def boots(guest: Guest) -> int:
    """How often the guest has been started."""
    return int(guest.run.get("boots", 1))


def switch_off(guest: Guest) -> None:
    """Switch the guest off, and write its disk where its section ``disk`` says."""
    guest.data["power"] = "stopped"
    disk.write(guest)
    disk.count_as_stopped(guest)
