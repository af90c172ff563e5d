# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors about the terms of a plan, with what they mean and what to do. Azure's own words come first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ..._core.errors import Denied, Missing, Refused
from ..._core.model.marketplace import PurchasePlan

FORBIDDEN = 403
READ = "Microsoft.MarketplaceOrdering/offertypes/publishers/offers/plans/agreements/read"
WRITE = "Microsoft.MarketplaceOrdering/offertypes/publishers/offers/plans/agreements/write"
"""https://learn.microsoft.com/azure/role-based-access-control/permissions/general#microsoftmarketplaceordering"""

_ONLY_PORTAL = re.compile(r"accept the legal terms through the Azure portal", re.IGNORECASE)
"""Private offers, for example: https://github.com/Azure/azure-rest-api-specs/issues/12838,
https://github.com/Azure/azure-sdk-for-go/issues/12325"""
_NO_SUCH_PLAN = re.compile(r"(offer|plan|publisher)\b.*\b(not found|does not exist)|unable to find legal terms", re.IGNORECASE)
"""Azure answers about an unknown plan with 404, or with 400 and one of several texts, such as those in
https://github.com/MicrosoftDocs/azure-docs/issues/37015 and https://github.com/Azure/azure-powershell/issues/20443"""


@contextmanager
def explaining(plan: PurchasePlan) -> Iterator[None]:
    """Add to an error in this block what it means for the terms of the plan."""
    try:
        yield
    except Denied as error:
        if error.facts.get("status") != FORBIDDEN:
            raise
        raise Denied(f"{_clause(error.message)}. {_RIGHTS}", **error.facts) from error
    except Missing as error:
        raise Missing(f"{_clause(error.message)}. {_no_plan(plan)}", **error.facts) from error
    except Refused as error:
        if hint := _hint(error.message, plan):
            raise Refused(f"{_clause(error.message)}. {hint}", **error.facts) from error
        raise


_RIGHTS = (
    f"Reading terms needs the right {READ}, and accepting or cancelling them {WRITE}, on the subscription; the role Contributor has both."
)
_PORTAL = (
    "The publisher of this offer lets its terms be accepted in the Azure portal only: create a resource from the offer there once, "
    "or choose 'Get started' under 'Want to deploy programmatically?' on its page, with this subscription."
)


def _hint(message: str, plan: PurchasePlan) -> str:
    if _ONLY_PORTAL.search(message):
        return _PORTAL
    return _no_plan(plan) if _NO_SUCH_PLAN.search(message) else ""


def _no_plan(plan: PurchasePlan) -> str:
    return (
        f"There is no plan {plan.name} of offer {plan.product} by {plan.publisher}, or this subscription may not buy it. An image without "
        "a plan needs no terms; marketplace_terms_info with image shows the plan of an image, whose name can differ from the SKU."
    )


def _clause(message: str) -> str:
    return message.rstrip(".")
