# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the account and the process that would start Sysprep."""

from __future__ import annotations

from collections.abc import Iterator

from ..rule import Finding, Guest, Rule

OVERVIEW = "https://learn.microsoft.com/windows-hardware/manufacture/desktop/sysprep--system-preparation--overview"
LOCAL_SYSTEM = "S-1-5-18"


def local_system(guest: Guest) -> Iterator[Finding]:
    """The account of the system, as which Run Command and the Custom Script Extension work."""
    if guest.facts.machine.sid.value == LOCAL_SYSTEM:
        yield Finding(
            f"Ansible works as {guest.facts.machine.user.value}, which is LocalSystem ({LOCAL_SYSTEM})",
            "sign in with SSH, WinRM or PSRP as a local administrator, without becoming another account",
        )


def administrator(guest: Guest) -> Iterator[Finding]:
    """An account without the rights of an administrator, or with a token from which they are removed."""
    if not guest.facts.machine.is_administrator.value:
        yield Finding(
            f"Ansible works as {guest.facts.machine.user.value}, which does not have the rights of an administrator in this session",
            "sign in as a local administrator whose session is elevated",
        )


def running(guest: Guest) -> Iterator[Finding]:
    """A Sysprep that runs already."""
    if guest.facts.machine.sysprep_running.value:
        yield Finding("Sysprep is running already", "close it, or wait until it has ended, then run again")


def bits(guest: Guest) -> Iterator[Finding]:
    """A process of 32 bits, for which Windows replaces System32 with another folder."""
    if not guest.facts.machine.is_64bit.value:
        yield Finding("Ansible's PowerShell is a process of 32 bits", "let the connection start the PowerShell of 64 bits")


def domain(guest: Guest) -> Iterator[Finding]:
    """A member of a domain."""
    if guest.facts.machine.domain_joined.value:
        yield Finding(
            f"the machine is a member of the domain {guest.facts.machine.domain_name.value}",
            "make sure that you can sign in with a local account, leave the domain (Remove-Computer) and restart",
        )


RULES = (
    Rule(
        "identity",
        "Ansible works as an elevated administrator",
        "Sysprep as LocalSystem is not supported: it does not register AppX packages, and machines made from the image show a black screen",
        "https://learn.microsoft.com/troubleshoot/windows-client/setup-upgrade-and-drivers/sysprep-as-system-windows-11",
        (local_system, administrator),
    ),
    Rule(
        "single",
        "no other Sysprep is running, and Ansible's process has the 64 bits of Windows",
        "only one Sysprep may run, and only that of the installed Windows",
        "https://learn.microsoft.com/windows-hardware/manufacture/desktop/sysprep-process-overview",
        (running, bits),
    ),
    Rule(
        "domain",
        "the machine is in a workgroup",
        "Microsoft says both that Sysprep runs in a workgroup only and that it takes the machine out of its domain",
        OVERVIEW,
        (domain,),
    ),
)
