# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terms of plans of the Marketplace, in our subscription."""

from __future__ import annotations

from typing import Any

from ..._core.model.marketplace import PurchasePlan, Terms
from ..sdk.client import Client
from ..sdk.errors import describing

TERMS_API = "2021-01-01"


class PlanTerms:
    """The terms of plans."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, plan: PurchasePlan) -> Terms:
        """The terms of a plan; raise Missing if there is no such plan."""
        with describing(f"read the terms of plan {plan.name} of offer {plan.product} by {plan.publisher}"):
            return _parse(plan, self._client.get(self._path(plan), TERMS_API))

    def accept(self, terms: Terms, accepted: bool) -> Terms:
        """Accept the terms, or take that back: send all of them back with this word."""
        plan = terms.plan
        body = {**terms.raw, "properties": {**terms.raw["properties"], "accepted": accepted}}
        with describing(f"{'accept' if accepted else 'cancel'} the terms of plan {plan.name} of offer {plan.product} by {plan.publisher}"):
            return _parse(plan, self._client.send("PUT", self._path(plan), TERMS_API, body))

    def _path(self, plan: PurchasePlan) -> str:
        place = f"/subscriptions/{self._client.subscription}/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine"
        return f"{place}/publishers/{plan.publisher}/offers/{plan.product}/plans/{plan.name}/agreements/current"


def _parse(plan: PurchasePlan, raw: Any) -> Terms:
    return Terms(plan, bool(raw["properties"].get("accepted")), raw)
