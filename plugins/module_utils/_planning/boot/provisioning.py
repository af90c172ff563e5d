# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that creates a VM, and says what its error leaves out: the guest's boot log, or whose terms must be accepted."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.errors import Failed, Refused
from ..._core.listener import Listener
from ..._core.ports import Azure
from ..steps.vm import CreateVm
from .purchase import about_purchase, awaits_terms

LOG_LINES = 40


@dataclass(frozen=True)
class ProvisionVm(CreateVm):
    """Create a VM and wait for its guest: only the guest's boot log explains a failure to provision.

    Azure may not know everywhere yet that the terms of its plan are accepted; then it is requested again, and nothing was made before.
    """

    def run(self, azure: Azure, listener: Listener) -> None:
        plan = self.body.get("plan") or {}
        try:
            azure.machines.create_later(self.vm, self.body, lambda error: awaits_terms(azure, plan, error))
        except (Failed, Refused) as error:
            code = str(error.facts.get("code"))
            if code.startswith("OSProvisioning"):
                raise with_boot_log(error, azure.machines.boot_log(self.vm)) from error
            if hint := about_purchase(azure, plan, error):
                raise type(error)(f"{error.message.rstrip('.')}. {hint}", **error.facts) from error
            raise


def with_boot_log(error: Failed | Refused, boot_log: str) -> Failed:
    """The failure that Azure reported, with the last lines of the guest's boot log."""
    tail = [line.rstrip() for line in boot_log.splitlines() if line.strip()][-LOG_LINES:]
    hint = f"The last line of its boot log is: {tail[-1]} (boot_log holds the last {len(tail)})." if tail else "Its boot log is empty."
    return Failed(f"{error.message} {hint}", **error.facts, boot_log=tail)
