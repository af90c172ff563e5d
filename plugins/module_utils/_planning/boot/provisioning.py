# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that creates a VM, and says what its error leaves out: the guest's boot log, or whose terms must be accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._core.errors import Failed, Refused
from ..._core.listener import Listener
from ..._core.ports import Azure
from ..steps.vm import CreateVm

LOG_LINES = 40
NOT_ACCEPTED = ("MarketplacePurchaseEligibilityFailed", "ResourcePurchaseValidationFailed")
"""The codes of a refusal because of the terms of a plan, or another obstacle to buying it:
https://learn.microsoft.com/marketplace/programmatic-deploy-of-marketplace-products"""
NO_PLAN = "VMMarketplaceInvalidInput"


@dataclass(frozen=True)
class ProvisionVm(CreateVm):
    """Create a VM and wait for its guest: only the guest's boot log explains a failure to provision."""

    def run(self, azure: Azure, listener: Listener) -> None:
        try:
            super().run(azure, listener)
        except (Failed, Refused) as error:
            code = str(error.facts.get("code"))
            if code.startswith("OSProvisioning"):
                raise with_boot_log(error, azure.machines.boot_log(self.vm)) from error
            if hint := about_plan(code, self.body.get("plan") or {}):
                raise type(error)(f"{error.message.rstrip('.')}. {hint}", **error.facts) from error
            raise


def with_boot_log(error: Failed | Refused, boot_log: str) -> Failed:
    """The failure that Azure reported, with the last lines of the guest's boot log."""
    tail = [line.rstrip() for line in boot_log.splitlines() if line.strip()][-LOG_LINES:]
    hint = f"The last line of its boot log is: {tail[-1]} (boot_log holds the last {len(tail)})." if tail else "Its boot log is empty."
    return Failed(f"{error.message} {hint}", **error.facts, boot_log=tail)


def about_plan(code: str, plan: Mapping[str, str]) -> str:
    """The sentence about what to do after an error of the Marketplace; '' for any other error."""
    if code == NO_PLAN and not plan:
        return (
            "The image stems from the Marketplace, and its plan is not known: give this identity the right to read the image definition, "
            "or a managed image the tag goldenimage.plan."
        )
    if code not in NOT_ACCEPTED or not plan:
        return ""
    names = " ".join(f"--{option} {plan.get(key)}" for option, key in (("publisher", "publisher"), ("offer", "product"), ("plan", "name")))
    return (
        "The VM needs a Marketplace plan. If its terms were not accepted in this subscription, accept them once, and try again after some "
        f"minutes: az vm image terms accept {names}"
    )
