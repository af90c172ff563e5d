# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of restarts that are due, which windows_prepare makes, and of updates that are being installed."""

from __future__ import annotations

from collections.abc import Iterator

from ..rule import Finding, Guest, Rule

RESTART = "install the updates that are left, restart the machine and run again"
VHD = "https://learn.microsoft.com/azure/virtual-machines/windows/prepare-for-upload-vhd-image"


def component_store(guest: Guest) -> Iterator[Finding]:
    """A restart that component based servicing waits for."""
    if guest.facts.setup.cbs.value:
        yield Finding("component based servicing waits for a restart (RebootPending)", RESTART, prepared=True)


def file_renames(guest: Guest) -> Iterator[Finding]:
    """Files that are renamed or removed at the next start."""
    count = guest.facts.setup.file_renames.value
    if count:
        yield Finding(
            f"{count} file(s) are to be renamed or removed at the next start (PendingFileRenameOperations)", RESTART, prepared=True
        )


def server_manager(guest: Guest) -> Iterator[Finding]:
    """A restart that the installation of a role waits for."""
    if guest.facts.setup.server_manager.value:
        yield Finding("Server Manager waits for a restart (ServerComponentCache)", RESTART, prepared=True)


def windows_update(guest: Guest) -> Iterator[Finding]:
    """A restart that Windows Update waits for."""
    if guest.facts.setup.windows_update.value:
        yield Finding("Windows Update waits for a restart (RebootRequired)", RESTART, prepared=True)


def pending_xml(guest: Guest) -> Iterator[Finding]:
    """Work of servicing that is left for the next start."""
    if guest.facts.setup.pending_xml.value:
        yield Finding(r"servicing has work left for the next start (%WINDIR%\WinSxS\pending.xml)", RESTART, prepared=True)


def processes(guest: Guest) -> Iterator[Finding]:
    """Processes that install updates or features."""
    names = guest.facts.setup.servicing_processes.value
    if names:
        yield Finding(f"updates or features are being installed ({', '.join(names)})", "wait until they have ended, restart and run again")


def reserve(guest: Guest) -> Iterator[Finding]:
    """Reserved storage in use; that 0 means unused is not documented."""
    scenario = guest.facts.setup.reserve_scenario.value
    if scenario:
        yield Finding(
            f"an update uses reserved storage (ActiveScenario of the ReserveManager is {scenario})",
            "finish the updates, restart and run again",
        )


RULES = (
    Rule(
        "reboot",
        "no restart is pending",
        "Sysprep, or the first start of machines made from the image, gets stuck",
        VHD,
        (component_store, file_renames, server_manager, windows_update, pending_xml),
    ),
    Rule(
        "servicing",
        "no update is being installed",
        "Sysprep refuses a machine on which an update uses reserved storage (0x800F0975)",
        "https://learn.microsoft.com/troubleshoot/mem/configmgr/os-deployment/windows-11-image-capture-fail",
        (processes, reserve),
    ),
)
