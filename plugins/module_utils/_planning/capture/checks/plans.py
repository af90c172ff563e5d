# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule about the Marketplace plan of a VM: no VM can be made from an image whose paid plan is deprecated.

Azure documents this for images that are paid for under a plan, and not for images without a plan. It does not tell whether a plan costs
anything, so that the check is about every plan, and can be waived for one that is free.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...._core.checks import UNPROVEN, WARN
from ...._core.model.deprecation import DEPRECATED, SCHEDULED
from ...._core.model.marketplace import PurchasePlan
from ...marketplace.deprecation import NOT_OFFERED
from ...marketplace.replacement import replacement
from .machine import DOCS
from .rule import Candidate, Finding, Rule

FREE = "waive this check if the plan is free"


def _deprecated(candidate: Candidate) -> Iterator[Finding]:
    plan, found, vm = PurchasePlan.of(candidate.vm.plan or {}), candidate.seen.plan_state, candidate.vm.id.name
    if plan is None:
        return
    named = f"plan {plan.name} of offer {plan.product} by {plan.publisher}, which VM {vm} has,"
    if found is None:
        yield Finding(
            f"the state of {named} was not read",
            "no VM can be made from an image of the VM if its paid plan is deprecated",
            "grant the right to read Marketplace images, which the role Reader has, or look the plan up in the Azure portal",
            UNPROVEN,
        )
    elif found["state"] == DEPRECATED:
        yield Finding(
            f"{named} is deprecated",
            "Azure makes no VM from an image whose paid plan is deprecated",
            f"{replacement(found)}; build the image from that, or {FREE}",
        )
    elif found["state"] == SCHEDULED:
        time = f" on {found['scheduled_time']}" if found.get("scheduled_time") else ""
        yield Finding(
            f"{named} will be deprecated{time}",
            "Azure makes no VM from an image whose paid plan is deprecated",
            f"{replacement(found)}; build the image from that before, or {FREE}",
            WARN,
        )
    elif found["state"] == NOT_OFFERED:
        yield Finding(
            f"{named} is not offered in {candidate.vm.location} any more, or not to this subscription",
            "a plan that was withdrawn cannot be bought, and no VM can be made from the image then",
            f"look the plan up in the Azure portal, or {FREE}",
            WARN,
        )


RULES = (
    Rule(
        "plan_deprecation",
        "the VM has no Marketplace plan, or one that is not deprecated",
        f"{DOCS}/deprecated-images",
        _deprecated,
    ),
)
