# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the Azure VM agent, and of the programs that Sysprep calls."""

from __future__ import annotations

from collections.abc import Iterator

from ....._core.checks import BLOCK, WARN
from ..rule import AZURE, Finding, Guest, Rule

REQUIRED = ("RdAgent", "WindowsAzureGuestAgent")
TELEMETRY = "WindowsAzureTelemetryService"
RUNNING = "Running"


def installed(guest: Guest) -> Iterator[Finding]:
    """An agent that is not installed, or only in part."""
    found = guest.facts.software.services.value
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        yield Finding(
            f"the Azure VM agent is not installed: the service(s) {', '.join(missing)} do not exist",
            "install its MSI, as windows_prepare does with the one you give, or deploy without extensions",
            WARN,
        )


def running(guest: Guest) -> Iterator[Finding]:
    """Services of the agent that do not run. In another place than Azure, they may end for want of Azure."""
    found = guest.facts.software.services.value
    for name in (*REQUIRED, TELEMETRY):
        if name in found and found[name].status != RUNNING:
            yield Finding(
                f"the service {name} of the Azure VM agent is {found[name].status}, not {RUNNING}",
                f"start it (its start type is {found[name].start}), wait until the agent has updated itself, and run again",
                BLOCK if guest.platform == AZURE else WARN,
            )


def providers(guest: Guest) -> Iterator[Finding]:
    """Programs that Sysprep would call and that are missing."""
    for provider in guest.facts.software.providers.value:
        if not provider.exists:
            yield Finding(
                f"Sysprep calls {provider.dll} in the phase {provider.phase}, and the file is missing",
                f"repair what it belongs to (the Azure VM agent for VMAgentDisabler.dll), or remove the value {provider.entry}",
            )


RULES = (
    Rule(
        "agent",
        "the services of the Azure VM agent run",
        "the agent takes part in Sysprep: the machine stays in IMAGE_STATE_UNDEPLOYABLE if the agent is updating itself or is broken",
        "https://learn.microsoft.com/azure/virtual-machines/extensions/agent-windows",
        (installed, running),
    ),
    Rule(
        "providers",
        "all programs that Sysprep calls exist",
        "Sysprep stops in the middle, and the machine must be restored from its backup",
        "https://github.com/hashicorp/packer/issues/9261",
        (providers,),
    ),
)
