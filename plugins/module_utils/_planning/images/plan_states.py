# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of the plans of images: whether the Marketplace image of a plan is deprecated, and whether its terms are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..._core.errors import Missing
from ..._core.ids import region
from ..._core.model.listed_image import MARKETPLACE, ListedImage
from ..._core.model.marketplace import PurchasePlan
from ..._core.ports import Azure
from ..marketplace.deprecation import state_of
from .gaps import Gaps
from .request import ListRequest


class PlanStates:
    """Reads the states of plans, each once. What cannot be read is None."""

    def __init__(self, azure: Azure, request: ListRequest, gaps: Gaps) -> None:
        self._azure, self._request, self._gaps = azure, request, gaps
        self._deprecations: dict[tuple[PurchasePlan, str], Mapping[str, Any] | None] = {}
        self._terms: dict[PurchasePlan, bool | None] = {}

    def with_deprecation(self, image: ListedImage) -> ListedImage:
        """An image with the state of the Marketplace image that it stems from; one of the Marketplace brings its own."""
        plan = _plan(image)
        if plan is None or image.origin == MARKETPLACE or image.deprecation is not None:
            return image
        key = (plan, self._request.location or region(image.location))
        if key not in self._deprecations:
            self._deprecations[key] = self._gaps.find(partial(state_of, self._azure, *key))
        return replace(image, deprecation=self._deprecations[key])

    def with_terms(self, image: ListedImage) -> ListedImage:
        """An image with whether the terms of its plan are accepted, if the request asks for that."""
        plan = _plan(image)
        if plan is None or not self._request.terms or image.terms_accepted is not None:
            return image
        if plan not in self._terms:
            self._terms[plan] = self._gaps.find(partial(_is_accepted, self._azure, plan))
        return replace(image, terms_accepted=self._terms[plan])


def _plan(image: ListedImage) -> PurchasePlan | None:
    """The plan of an image, if it names all that is needed to look it up."""
    plan = image.plan or {}
    found = PurchasePlan(*(plan.get(part, "") for part in ("publisher", "product", "name")))
    return found if all(found) else None


def _is_accepted(azure: Azure, plan: PurchasePlan) -> bool | None:
    try:
        return azure.terms.get(plan).accepted
    except Missing:
        return None
