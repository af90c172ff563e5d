# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images in the lab's Marketplace, found by plain requests, and the terms of their plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.support.running_lab import LOCATION, RunningLab

_TERMS = "2021-01-01"


class Plan(NamedTuple):
    """The plan of an image, with the names that a VM gives it."""

    name: str
    publisher: str
    product: str


def image_with_plan(lab: RunningLab) -> tuple[dict[str, str], Plan]:
    """The reference of an image that is bought under a plan and can be deployed, and this plan."""
    reference, properties = next(each for each in _deployable(lab) if each[1].get("plan"))
    return reference, Plan(**properties["plan"])


def free_image(lab: RunningLab) -> dict[str, str]:
    """The reference of an image that has no plan and can be deployed."""
    return next(reference for reference, properties in _deployable(lab) if not properties.get("plan"))


def set_terms(lab: RunningLab, plan: Plan, *, accepted: bool) -> None:
    """Accept or reject the terms of a plan, as az does: read them, and send them back whole."""
    offer = f"offerTypes/virtualmachine/publishers/{plan.publisher}/offers/{plan.product}/plans/{plan.name}"
    path = f"providers/Microsoft.MarketplaceOrdering/{offer}/agreements/current"
    terms = lab.arm("GET", path, version=_TERMS).raise_for_status().json()
    terms["properties"]["accepted"] = accepted
    answer = lab.arm("PUT", path, terms, _TERMS).raise_for_status().json()
    assert answer["properties"]["accepted"] is accepted


def _deployable(lab: RunningLab) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """The newest version of each SKU that is not deprecated, with its properties."""
    for publisher, offer, sku in _skus(lab):
        path = f"{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions"
        for version in _listed(lab, path, **{"$expand": "properties", "$top": "1", "$orderby": "name desc"}):
            if version["properties"].get("imageDeprecationStatus", {}).get("imageState", "Active") == "Active":
                names = {"publisher": publisher, "offer": offer, "sku": sku, "version": version["name"]}
                yield names, version["properties"]


def _skus(lab: RunningLab) -> Iterator[tuple[str, str, str]]:
    for publisher in _names(lab, ""):
        for offer in _names(lab, f"{publisher}/artifacttypes/vmimage/offers"):
            for sku in _names(lab, f"{publisher}/artifacttypes/vmimage/offers/{offer}/skus"):
                yield publisher, offer, sku


def _names(lab: RunningLab, path: str) -> list[str]:
    return [each["name"] for each in _listed(lab, path)]


def _listed(lab: RunningLab, path: str, **query: str) -> list[dict[str, Any]]:
    """A list of the catalogue; empty for a publisher that has no offers."""
    root = f"/subscriptions/{lab.settings.subscription}/providers/Microsoft.Compute/locations/{LOCATION}/publishers"
    answer = lab.http.get(f"{root}/{path}".rstrip("/"), params={"api-version": "2024-07-01", **query})
    return [] if answer.status_code == 404 else list(answer.raise_for_status().json())
