# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Marketplace plan of a new VM and its terms, which someone must have accepted in the subscription before Azure creates the VM.

https://learn.microsoft.com/marketplace/programmatic-deploy-of-marketplace-products
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..._core import tags as tag
from ..._core.errors import Failed, GoldenImageError, InvalidRequest, Refused
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.disk import Disk
from ..._core.model.image import Image
from ..._core.model.marketplace import PurchasePlan, Terms
from ..._core.ports import Azure

NOT_BOUGHT = ("MarketplacePurchaseEligibilityFailed", "ResourcePurchaseValidationFailed")
"""The codes of a refusal because of the terms of a plan, or of another obstacle to buying it."""
NO_PLAN = "VMMarketplaceInvalidInput"
_ABOUT_TERMS = re.compile(r"legal terms have not been accepted|not accepted the legal terms", re.IGNORECASE)
"""Texts of a refusal because of the terms: https://github.com/MicrosoftDocs/azure-docs/pull/25359,
https://github.com/nforgeio/neonKUBE/issues/1673. Others name another obstacle, which waiting does not remove, or none, as here:
https://github.com/MicrosoftDocs/azure-docs/issues/28395"""
_WITHOUT_REASON = re.compile(r"(?:inner errors for details|see details for more information)\W*$", re.IGNORECASE)
"""Texts that leave out the reason. They are not waited for: it may be any."""


def plan_of(image: Image | None, catalog: CatalogImage | None, os_disk: Disk | None) -> dict[str, Any]:
    """The Marketplace plan that a VM needs, which the image says, or a tag of the managed image or of the OS disk."""
    tags = image.tags if image else os_disk.tags if os_disk else {}
    return dict(catalog.plan) if catalog else tag.object_in(tags.get(tag.PLAN))


def look_up_terms(azure: Azure, plan: Mapping[str, Any]) -> Terms | None:
    """The terms of a plan; None if there is no plan, or if they may not or cannot be read: then Azure decides."""
    found = PurchasePlan.of(plan)
    if found is None:
        return None
    try:
        return azure.terms.get(found)
    except GoldenImageError:
        return None


def require_accepted(name: str, terms: Terms | None) -> None:
    """Refuse a VM whose plan has terms that are known not to be accepted."""
    if terms is not None and not terms.accepted:
        raise InvalidRequest(f"{name} has a Marketplace plan whose terms are not accepted in this subscription: {accepting(terms.plan)}.")


def accepting(plan: PurchasePlan) -> str:
    """The clause that says how the terms of a plan are accepted."""
    return (
        "read them, and accept them once with the module marketplace_terms "
        f"(publisher: {plan.publisher}, offer: {plan.product}, plan: {plan.name})"
    )


def awaits_terms(azure: Azure, plan: Mapping[str, Any], error: Failed | Refused) -> bool:
    """Whether a VM was refused because of terms that are accepted: for up to 30 minutes, Azure may not know that everywhere."""
    return isinstance(error, Refused) and _is_about_terms(error) and _are_accepted(look_up_terms(azure, plan))


def about_purchase(azure: Azure, plan: Mapping[str, Any], error: Failed | Refused) -> str:
    """The sentence about what to do after an error of the Marketplace; '' for any other error, and for one that says enough itself."""
    code, found = str(error.facts.get("code")), PurchasePlan.of(plan)
    if code == NO_PLAN and not plan:
        return (
            "The image stems from the Marketplace, and its plan is not known: give this identity the right to read the image definition, "
            "or a managed image the tag goldenimage.plan."
        )
    if code not in NOT_BOUGHT or found is None:
        return ""
    if not _are_accepted(look_up_terms(azure, plan)):
        return f"The VM needs a Marketplace plan. If its terms are not accepted in this subscription, {accepting(found)}."
    late = "Azure shows the terms of its plan as accepted, but that can take 30 minutes to become effective: run again later."
    return late if _is_about_terms(error) or _WITHOUT_REASON.search(error.message) else ""


def _is_about_terms(error: Failed | Refused) -> bool:
    return str(error.facts.get("code")) in NOT_BOUGHT and _ABOUT_TERMS.search(error.message) is not None


def _are_accepted(terms: Terms | None) -> bool:
    return terms is not None and terms.accepted
