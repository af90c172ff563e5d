# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terms of a plan: read them, accept them, or take that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..._core.errors import Denied, Failed
from ..._core.model.marketplace import PurchasePlan, Terms
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.subject import Subject
from ..steps.terms import SetTerms
from .refusals import explaining
from .request import TermsQuery, TermsRequest

SETTLING_SECONDS = 60.0
"""How long Azure may go on to show terms as they were."""
_LINKS = {"license_url": "licenseTextLink", "privacy_policy_url": "privacyPolicyLink", "marketplace_terms_url": "marketplaceTermsLink"}


def plan_terms(request: TermsRequest, terms: Terms) -> Plan:
    """Accept the terms or take that back, unless they are as requested."""
    steps = (SetTerms(terms, request.accepted),) if terms.accepted != request.accepted else ()
    return Plan(steps=steps, before=_state(terms), after=_state(replace(terms, accepted=request.accepted)))


def read_terms(azure: Azure, plan: PurchasePlan) -> Terms:
    """The terms of a plan."""
    with explaining(plan):
        return azure.terms.get(plan)


def _plan(azure: Azure, request: TermsRequest, check_mode: bool) -> Plan:
    return plan_terms(request, read_terms(azure, request.plan))


def _result(azure: Azure, request: TermsRequest, plan: Plan) -> Mapping[str, Any]:
    """The terms as Azure shows them now. Raises ``Failed`` if they are not as requested, though Azure has answered that they are.

    https://github.com/Azure/azure-sdk-for-go/issues/14768
    """
    terms = azure.until(lambda: read_terms(azure, request.plan), lambda found: found.accepted == request.accepted, SETTLING_SECONDS)
    if terms.accepted != request.accepted:
        raise Failed(
            f"Azure has taken the terms of plan {terms.plan.name} of offer {terms.plan.product} by {terms.plan.publisher} to be "
            f"{'accepted' if request.accepted else 'cancelled'}, but does not show them so: run again later, or do it in the Azure portal."
        )
    return _state(terms)


def _query(azure: Azure, query: TermsQuery, check_mode: bool) -> Plan:
    plan = query.plan or _plan_of(azure, query)
    if plan is None:
        about = f"Image {query.image} has no plan, so it needs no terms."
        return Plan(after={"terms": None}, facts={"msg": about})
    return Plan(after=_state(read_terms(azure, plan)))


def _plan_of(azure: Azure, query: TermsQuery) -> PurchasePlan | None:
    """The plan of an image; None if it has none."""
    image = azure.catalog.find(query.image, query.location)
    if image is None:
        raise Denied(
            f"image: this identity may not read image {query.image} in {query.location}: grant Microsoft.Compute/locations/publishers/"
            "artifacttypes/offers/skus/versions/read, which the role Reader has, or name publisher, offer and plan."
        )
    return PurchasePlan.of(image.plan)


def _state(terms: Terms) -> dict[str, Any]:
    """The return value for terms, with the names as Azure writes them."""
    properties = terms.raw.get("properties") or {}
    names = {
        "publisher": properties.get("publisher") or terms.plan.publisher,
        "offer": properties.get("product") or terms.plan.product,
        "plan": properties.get("plan") or terms.plan.name,
    }
    return {"terms": {**names, "accepted": terms.accepted, **{name: properties.get(key) for name, key in _LINKS.items()}}}


TERMS = Subject(TermsRequest.from_params, _plan, _result)
TERMS_INFO = Subject(TermsQuery.from_params, _query)
