# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that name the terms of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.limits import require_wait
from ..._core.market_names import URN, require_market_name, urn_of
from ..._core.model.marketplace import PurchasePlan

ACCEPTED = "accepted"
NAMES = ("publisher", "offer", "plan")


@dataclass(frozen=True)
class TermsRequest:
    """A plan, and whether its terms are to be accepted."""

    plan: PurchasePlan
    accepted: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> TermsRequest:
        """Check and complete the module's options."""
        require_wait(params)
        return cls(_plan(params), (params["state"] or ACCEPTED) == ACCEPTED)

    def within(self, subscription: str) -> TermsRequest:
        """The same request: terms are those of the subscription of the task."""
        return self


@dataclass(frozen=True)
class TermsQuery:
    """A plan, or the URN of an image and a region that has it."""

    plan: PurchasePlan | None = None
    image: str = ""
    location: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> TermsQuery:
        """Check and complete the module's options; an empty string counts as omitted."""
        if not params["image"]:
            return cls(_plan(params, " (or image and location)"))
        if given := [name for name in NAMES if params[name]]:
            raise InvalidRequest(f"image: give either image, whose plan is looked up, or the names of a plan, not image and {given[0]}.")
        if not params["location"]:
            raise InvalidRequest("location: must be given with image, because a region may have an image that another one does not have.")
        return cls(image=urn_of(params["image"], "image"), location=params["location"])

    def within(self, subscription: str) -> TermsQuery:
        """The same request: terms are those of the subscription of the task."""
        return self


def _plan(params: Mapping[str, Any], otherwise: str = "") -> PurchasePlan:
    if missing := [name for name in NAMES if not params[name]]:
        raise InvalidRequest(f"{missing[0]}: must be given: terms are those of a plan, which has publisher, offer and plan{otherwise}.")
    if urn := next((params[name] for name in NAMES if URN.fullmatch(params[name])), None):
        raise InvalidRequest(
            f"plan: {urn} is the name of an image, not of a plan: marketplace_terms_info with image: {urn} shows the plan that it needs."
        )
    publisher, offer, plan = (require_market_name(name, params[name]) for name in NAMES)
    return PurchasePlan(publisher, offer, plan)
