# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that creates a VM, and adds the guest's boot log to the error if provisioning fails."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.errors import Failed
from ..._core.listener import Listener
from ..._core.ports import Azure
from ..steps.vm import CreateVm

LOG_LINES = 40


@dataclass(frozen=True)
class ProvisionVm(CreateVm):
    """Create a VM and wait for its guest: only the guest's boot log explains a failure to provision."""

    def run(self, azure: Azure, listener: Listener) -> None:
        try:
            super().run(azure, listener)
        except Failed as error:
            if not str(error.facts.get("code")).startswith("OSProvisioning"):
                raise
            raise with_boot_log(error, azure.machines.boot_log(self.vm)) from error


def with_boot_log(error: Failed, boot_log: str) -> Failed:
    """The failure that Azure reported, with the last lines of the guest's boot log."""
    tail = [line.rstrip() for line in boot_log.splitlines() if line.strip()][-LOG_LINES:]
    hint = f"The last line of its boot log is: {tail[-1]} (boot_log holds the last {len(tail)})." if tail else "Its boot log is empty."
    return Failed(f"{error.message} {hint}", **error.facts, boot_log=tail)
