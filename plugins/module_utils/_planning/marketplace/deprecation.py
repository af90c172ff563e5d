# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a plan of the Marketplace, and with it of all images that were captured from VMs under this plan.

No VM can be made under a deprecated plan, not even from an image of one's own.
https://learn.microsoft.com/azure/virtual-machines/deprecated-images
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ..._core.errors import GoldenImageError, Refused, Unavailable
from ..._core.model.deprecation import DEPRECATED, SCHEDULED, state
from ..._core.model.listed_image import MARKETPLACE, ListedImage
from ..._core.model.marketplace import Chosen, MarketplaceVersion, PurchasePlan, Sku
from ..._core.ports import Azure
from ..images.gaps import Gaps
from ..images.order import version_number

NOT_OFFERED = "NotOffered"
"""Our own word for the state of a plan that no version in the region has: it was withdrawn, or is offered to others or elsewhere only."""
_CODE = "ImageVersionDeprecated"
"""Azure's answer about an image that no VM can be made from any more."""


def state_of(azure: Azure, plan: PurchasePlan, location: str) -> Mapping[str, Any] | None:
    """The state of a plan as ``known_state`` tells it; None if the catalogue may not or cannot be read, whatever the reason."""
    try:
        return known_state(azure, plan, location)
    except GoldenImageError:
        return None


def known_state(azure: Azure, plan: PurchasePlan, location: str) -> Mapping[str, Any] | None:
    """Whether a plan is deprecated or will be: ``state``, ``scheduled_time`` and ``alternative``; None if Azure does not say.

    Azure gives a state to versions. That of the plan is the state of the version that can be used longest, because a VM from an image of
    one's own names its plan, and no version. Without any version that has this plan, the state is ``NotOffered``.
    """
    try:
        named = _having(plan, azure.marketplace.versions(location, Sku(plan.publisher, plan.product, plan.name)))
    except Refused as error:
        if error.facts.get("code") == _CODE:
            return state(DEPRECATED)
        raise
    versions = named or _elsewhere(azure, plan, location)
    return max(versions, key=_usability).deprecation if versions else state(NOT_OFFERED)


def with_state_of_plans(azure: Azure, images: Iterable[ListedImage], location: str, gaps: Gaps) -> tuple[ListedImage, ...]:
    """The images with the states of their plans, each looked up once per region: that of the image, unless another is named.

    An image without a plan, or whose state is known, stays as it is, and one of the Marketplace, which brings its own state.
    """
    known: dict[tuple[PurchasePlan, str], Mapping[str, Any] | None] = {}

    def with_state(image: ListedImage) -> ListedImage:
        plan = listed_plan(image)
        if plan is None or image.deprecation is not None or image.origin == MARKETPLACE:
            return image
        key = (PurchasePlan(*map(str.casefold, plan)), location or image.location)
        if key not in known:
            known[key] = gaps.find(partial(known_state, azure, plan, key[1]))
        return replace(image, deprecation=known[key])

    return tuple(map(with_state, images))


def listed_plan(image: ListedImage) -> PurchasePlan | None:
    """The plan of an image in a list, or None if it has none, or not all of its names are known."""
    names = [(image.plan or {}).get(part) for part in PurchasePlan._fields]
    return PurchasePlan(*map(str, names)) if all(names) else None


def _elsewhere(azure: Azure, plan: PurchasePlan, location: str) -> list[MarketplaceVersion]:
    """The versions with a plan that are not in the SKU with the plan's name, as usual, but somewhere in its offer.

    The walk through the offer may be answered from the cache, so it only tells which SKUs to read.
    """
    walk = azure.marketplace.walk(location, _offer(plan))
    skus = sorted({each.sku for each in _having(plan, walk.versions)})
    found = [each for sku in skus for each in _having(plan, azure.marketplace.versions(location, sku))]
    if not found and walk.missing:
        raise Unavailable(walk.missing[0])
    return found


def _offer(plan: PurchasePlan) -> Chosen:
    publisher, product = plan.publisher.casefold(), plan.product.casefold()
    return Chosen(
        publisher=lambda name: name.casefold() == publisher,
        offer=lambda _publisher, name: name.casefold() == product,
        sku=lambda _sku: True,
    )


def _having(plan: PurchasePlan, versions: Iterable[MarketplaceVersion]) -> list[MarketplaceVersion]:
    wanted = [part.casefold() for part in plan]
    return [each for each in versions if _names(each.properties.get("plan") or {}) == wanted]


def _names(plan: Mapping[str, Any]) -> list[str]:
    return [str(plan.get(part)).casefold() for part in PurchasePlan._fields]


def _usability(version: MarketplaceVersion) -> tuple[int, str, tuple[int, ...]]:
    """A key that sorts versions by how long VMs can be made from them, then by number."""
    found = version.deprecation or {}
    rank = {DEPRECATED: 0, SCHEDULED: 1}.get(found.get("state") or "", 2)
    return rank, found.get("scheduled_time") or "", version_number(version.name)
