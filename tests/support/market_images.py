# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of the catalogue of the tests' seed that have some property, and VMs from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import Image, ImageVersion, Offer

from tests.support.bodies import vm_of_image
from tests.support.catalogue import SEED
from tests.support.running_lab import LOCATION


def offers() -> Iterator[Offer]:
    """All offers of all publishers."""
    for publisher in generate(SEED).publishers.values():
        yield from (publisher.offers or {}).values()


def image_with(wanted: Callable[[Image], object], location: str = LOCATION, *, portal_only: bool = False) -> Image:
    """An image that a region offers and that fulfils a condition. Its terms can be accepted by a program, unless the test says so."""
    found = (offer for offer in offers() if location not in offer.missing_in and offer.portal_only == portal_only)
    return next(image for offer in found for image in offer.images.values() if wanted(image))


def active(image: Image) -> list[ImageVersion]:
    """The versions from which VMs can be made in the region of the tests, in the order of their names."""
    return [each for each in image.in_region(LOCATION) if not each.deprecated]


def plan_of(image: Image) -> dict[str, str]:
    """The plan of an image as a VM names it."""
    assert image.plan is not None
    return {"publisher": image.plan.publisher, "product": image.plan.product, "name": image.plan.name}


def vm_of_market(image: Image, subnet: str, version: str = "latest", plan: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A VM from an image of the Marketplace."""
    reference = {"publisher": image.publisher, "offer": image.offer, "sku": image.sku, "version": version}
    body = vm_of_image("", subnet, **more)
    body["properties"]["storageProfile"]["imageReference"] = reference
    return body if plan is None else {**body, "plan": plan}


def terms_path(image: Image) -> str:
    """The path of the terms of an image's plan, below the subscription."""
    place = "providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine"
    return f"{place}/publishers/{image.publisher}/offers/{image.offer}/plans/{image.sku}/agreements/current"


def agreement_path(image: Image) -> str:
    """The path of the signed agreement of an image's plan, below the subscription."""
    return f"providers/Microsoft.MarketplaceOrdering/agreements/{image.publisher}/offers/{image.offer}/plans/{image.sku}"
