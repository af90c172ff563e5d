# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on the OS disk of a Windows machine: the readings that Microsoft documents decide, everything else only warns.

https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-states documents both places of the image state.
"""

from __future__ import annotations

from typing import NamedTuple

from ...._core.model.windows_disk import BROKEN, ENCRYPTED, GENERALIZED, SPECIALIZED, UNPROVEN, UNREADABLE, WindowsDisk

SEALED, COMPLETE = "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_COMPLETE"
_RESTORE = "restore the machine from its backup"
_UNFINISHED = f"Sysprep failed or was interrupted, and the installation cannot be used any more: {_RESTORE}"
_AUDIT = f"VMs made from it would start in audit mode: {_RESTORE} and run Sysprep with /oobe"
FAILED_STATES = {
    "IMAGE_STATE_UNDEPLOYABLE": _UNFINISHED,
    "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE": _UNFINISHED,
    "IMAGE_STATE_SPECIALIZE_RESEAL_TO_AUDIT": _UNFINISHED,
    "IMAGE_STATE_GENERALIZE_RESEAL_TO_AUDIT": _AUDIT,
}
"""The documented states in which a disk is of no use for an image, each with what that means and what to do."""
SETUP_ON_START, WINDEPLOY = 2, "windeploy"
"""SetupType and a word in CmdLine of a generalized Windows. Only third parties say so, and therefore they decide nothing."""
DISABLED = 4
SHOWN = 5
"""So many places of a kind are shown in a warning."""
BOOT_DRIVERS = {
    "vmbus": "VMs in Azure cannot start without it",
    "storvsc": "VMs in Azure cannot start without it",
    "stornvme": "sizes of VMs with NVMe disks cannot start without it",
}


class DiskVerdict(NamedTuple):
    """A verdict, the sentence that gives the reason, and what else is worth knowing, one sentence each."""

    verdict: str
    reason: str
    warnings: tuple[str, ...]


def judge(disk: WindowsDisk) -> DiskVerdict:
    """The verdict on the readings of a disk."""
    verdict, reason = _decide(disk)
    return DiskVerdict(verdict, reason, _warnings(disk) if disk.windows_found else ())


def _decide(disk: WindowsDisk) -> tuple[str, str]:
    """The verdict and its reason."""
    if disk.encrypted:
        return ENCRYPTED, "No Windows can be read, and a volume is encrypted with BitLocker: decrypt it completely before Sysprep."
    if not disk.windows_found:
        return UNREADABLE, f"Windows was not found on the disk: {_flaws(disk) or 'no partition holds it'}."
    states = {disk.image_state, disk.state_ini}
    for state in (disk.image_state, disk.state_ini):
        if state in FAILED_STATES:
            return BROKEN, f"{_places(disk)}: {FAILED_STATES[state]}."
    if disk.flaws:
        return UNPROVEN, f"The disk could not be read completely: {_flaws(disk)}."
    if states == {SEALED}:
        return GENERALIZED, f"{_places(disk)}: Sysprep has generalized this Windows."
    if states == {COMPLETE}:
        return SPECIALIZED, f"{_places(disk)}: this Windows has not been generalized."
    return UNPROVEN, f"{_places(disk)}: both must be {SEALED} on a generalized disk."


def _places(disk: WindowsDisk) -> str:
    """The state in its two documented places."""
    return f"ImageState is {disk.image_state or 'missing'} in the registry and {disk.state_ini or 'missing'} in State.ini"


def _flaws(disk: WindowsDisk) -> str:
    return "; ".join(disk.flaws)


def _warnings(disk: WindowsDisk) -> tuple[str, ...]:
    """Readings that only third parties know, drivers that Azure needs, and what should not be in an image."""
    return (*_disagreements(disk), *_drivers(disk), *_leftovers(disk))


def _disagreements(disk: WindowsDisk) -> tuple[str, ...]:
    """Readings that disagree with a documented state of a generalized disk. Unconfirmed on a real Windows, they only warn."""
    if disk.image_state != SEALED:
        return ()
    cmd_line = disk.cmd_line
    found = {
        "Windows\\System32\\Sysprep\\Sysprep_succeeded.tag does not exist": disk.tag is False,
        f"SetupType is {disk.setup_type}, not {SETUP_ON_START}": disk.setup_type not in (None, SETUP_ON_START),
        f"CmdLine of setup is {repr(cmd_line) if cmd_line else 'empty'}, not {WINDEPLOY}": cmd_line is not None
        and WINDEPLOY not in cmd_line.lower(),
    }
    return tuple(f"{each}, unlike on generalized disks that third parties describe." for each, disagrees in found.items() if disagrees)


def _drivers(disk: WindowsDisk) -> tuple[str, ...]:
    """The drivers that Azure needs and that are disabled or missing."""
    starts = {name: disk.start_types[name] for name in BOOT_DRIVERS if name in disk.start_types}
    return tuple(
        f"The driver {name} {'does not exist' if start is None else 'is disabled'}: {BOOT_DRIVERS[name]}."
        for name, start in starts.items()
        if start in (None, DISABLED)
    )


def _leftovers(disk: WindowsDisk) -> tuple[str, ...]:
    """Things that should not be in an image, by kind, with its first places."""
    paths: dict[str, list[str]] = {}
    for each in disk.leftovers:
        place = f"{each['path']} ({each['name']})" if each.get("name") else str(each["path"])
        paths.setdefault(str(each["kind"]), []).append(place)
    return tuple(f"The disk still holds {kind.replace('_', ' ')}: {_first(found)}." for kind, found in paths.items())


def _first(places: list[str]) -> str:
    """The first places, and how many more there are."""
    more = len(places) - SHOWN
    return ", ".join(places[:SHOWN]) + (f" and {more} more" if more > 0 else "")
