# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the terms of the plans of images are accepted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from ..._core.errors import Missing
from ..._core.model.listed_image import ListedImage
from ..._core.model.marketplace import PurchasePlan
from ..._core.ports import Azure
from ..marketplace.deprecation import listed_plan
from .gaps import Gaps
from .request import ListRequest


def with_terms(azure: Azure, request: ListRequest, images: Iterable[ListedImage], gaps: Gaps) -> tuple[ListedImage, ...]:
    """The images with whether the terms of their plans are accepted, if the request asks for that. Each plan is looked up once."""
    accepted: dict[PurchasePlan | None, bool | None] = {None: None}
    for image in images if request.terms else ():
        if (plan := listed_plan(image)) not in accepted and plan:
            accepted[plan] = gaps.find(partial(_is_accepted, azure, plan))
    return tuple(replace(image, terms_accepted=accepted.get(listed_plan(image))) if request.terms else image for image in images)


def _is_accepted(azure: Azure, plan: PurchasePlan) -> bool | None:
    try:
        return azure.terms.get(plan).accepted
    except Missing:
        return None
