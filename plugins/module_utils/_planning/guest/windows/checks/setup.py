# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the state of Windows Setup: images, upgrades, answer files, licensing, and the media from which Azure provisions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....._core.checks import WARN
from ..facts import CLIENT
from ..rule import Finding, Guest, Rule
from .session import OVERVIEW

COMPLETE = "IMAGE_STATE_COMPLETE"
FAILED = ("IMAGE_STATE_UNDEPLOYABLE", "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_SPECIALIZE_RESEAL_TO_AUDIT")
GENERALIZED = ("IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_GENERALIZE_RESEAL_TO_AUDIT")

WINDOWS_10_1607, WINDOWS_10_1709 = 14393, 16299

SYSTEM_START, DISABLED = 1, 4
"""Start values of a driver."""

PANTHER = re.compile(r"[a-z]:\\[^\\]+\\panther\\", re.IGNORECASE)
"""Windows\\Panther, with answer files of earlier installations. windows_generalize saves and empties it."""


def registry_state(guest: Guest) -> Iterator[Finding]:
    """An ImageState in the registry that is not complete."""
    yield from _state(guest.facts.setup.image_state.value, r"ImageState in HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State")


def file_state(guest: Guest) -> Iterator[Finding]:
    """An ImageState in State.ini that is not complete."""
    yield from _state(guest.facts.setup.state_ini.value, r"ImageState in %WINDIR%\Setup\State\State.ini")


def setup_type(guest: Guest) -> Iterator[Finding]:
    """A program of Windows Setup that is going to run at the next start; which numbers there are is known from third parties only."""
    kind = guest.facts.setup.setup_type.value
    if kind:
        yield Finding(
            f"SetupType in HKLM\\SYSTEM\\Setup is {kind}, so Windows Setup runs at the next start ({guest.facts.setup.cmd_line.value})",
            "restart, let Windows Setup end and run again",
            WARN,
        )


def _state(state: str | None, place: str) -> Iterator[Finding]:
    if state != COMPLETE:
        yield Finding(f"{place} is {state or 'missing'}, not {COMPLETE}", _remedy(state))


def _remedy(state: str | None) -> str:
    if state in FAILED:
        return "an earlier Sysprep has failed, or Windows Setup has not ended: let it end, else restore the machine from its backup"
    if state in GENERALIZED:
        return "this machine is generalized already: capture it, or start it once and run again"
    return "let Windows Setup end and run again, else restore the machine from its backup"


def upgraded(guest: Guest) -> Iterator[Finding]:
    """An installation that was upgraded in place: supported since Windows 10 1607, in a text that does not speak of servers."""
    if not guest.facts.setup.source_os.value:
        return
    keys = ", ".join(guest.facts.setup.source_os.value)
    if guest.facts.machine.build.value < WINDOWS_10_1607:
        yield Finding(f"Windows was upgraded in place ({keys})", "build the image from a new installation")
    elif guest.facts.machine.product_type.value != CLIENT:
        yield Finding(
            f"Windows Server was upgraded in place ({keys})",
            "build the image from a new installation if Sysprep fails; support is documented for Windows 10 only",
            WARN,
        )


def miracast_view(guest: Guest) -> Iterator[Finding]:
    """MiracastView, which an upgrade to Windows 10 1709 leaves behind without the package that belongs to it."""
    setup = guest.facts.setup
    if setup.miracast_view.value and setup.source_os.value and guest.facts.machine.build.value >= WINDOWS_10_1709:
        yield Finding(
            "the upgrade of Windows has left MiracastView behind",
            "follow Microsoft's article KB 4057974, or build the image from a new installation",
        )


def cdrom(guest: Guest) -> Iterator[Finding]:
    """A driver of DVD drives that does not start."""
    start = guest.facts.setup.cdrom_start.value
    mend = r"set Start in HKLM\SYSTEM\CurrentControlSet\Services\cdrom to 1 (DWORD)"
    if start is None:
        yield Finding("Windows does not have the driver cdrom, or the driver does not have a Start value", mend, prepared=True)
    elif start == DISABLED:
        yield Finding(f"the driver cdrom is disabled: its Start value is {start}", mend, prepared=True)
    elif start > SYSTEM_START:
        yield Finding(f"the Start value of the driver cdrom is {start}, and Azure documents {SYSTEM_START}", mend, WARN, prepared=True)


def removable_storage(guest: Guest) -> Iterator[Finding]:
    """A policy that forbids all removable storage, or to read from DVDs."""
    if guest.facts.setup.removable_deny.value:
        yield Finding(
            "a policy denies access: All Removable Storage classes: Deny all access, or CD and DVD: Deny read access",
            "set both policies to Not configured, also in the group policies of the domain that the machine was a member of",
            prepared=True,
        )


def unattend_file(guest: Guest) -> Iterator[Finding]:
    """An answer file that the registry names."""
    path = guest.facts.setup.unattend_file.value
    if path and not PANTHER.match(path):
        yield Finding(f"UnattendFile in HKLM\\SYSTEM\\Setup names the answer file {path}", "remove the value UnattendFile, and the file")


def answer_files(guest: Guest) -> Iterator[Finding]:
    """Answer files where Sysprep and Windows Setup look for them."""
    for path in guest.facts.volumes.answer_files.value:
        if not PANTHER.match(path):
            yield Finding(f"Windows Setup would find the answer file {path}", "remove the file, or rename it if you need it")


def rearm(guest: Guest) -> Iterator[Finding]:
    """A license that cannot be reset any more."""
    if guest.facts.setup.rearm_count.value == 0:
        yield Finding(
            "the license of Windows cannot be reset any more: RemainingWindowsReArmCount is 0",
            "build the image from a new installation, or from a backup before the last generalization",
        )


RULES = (
    Rule(
        "imagestate",
        f"Windows Setup has ended ({COMPLETE})",
        "on a machine in another state, Sysprep fails ('Not running DLLs ... dwRet = 31'), and the machine must be built again",
        "https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-states",
        (registry_state, file_state, setup_type),
    ),
    Rule(
        "upgraded",
        "Windows was not upgraded in place, or in a way that Sysprep supports",
        "Sysprep was not made for it, and can refuse the machine or leave an image that does not start",
        OVERVIEW,
        (upgraded, miracast_view),
    ),
    Rule(
        "cdrom",
        "the driver for DVD drives is enabled, and removable storage is allowed",
        "Azure provisions a VM from a DVD: without it, the VM stays in the out-of-box experience",
        "https://learn.microsoft.com/azure/virtual-machines/generalize",
        (cdrom, removable_storage),
    ),
    Rule(
        "answerfile",
        "Windows Setup finds no answer file outside Panther, which is emptied before Sysprep",
        "Windows Setup would apply its settings, and passwords, on each machine made from the image",
        "https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-automation-overview",
        (unattend_file, answer_files),
    ),
    Rule(
        "rearm",
        "the license of Windows can be reset",
        "Sysprep fails in SLReArmWindows with 0xc004d307",
        "https://learn.microsoft.com/troubleshoot/windows-client/setup-upgrade-and-drivers/error-occurs-when-running-sysprep-generalize",
        (rearm,),
    ),
)
