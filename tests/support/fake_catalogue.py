# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the fake Azure that answer about images of others: the Marketplace, its terms, Resource Graph, galleries of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Missing
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import (
    Chosen,
    MarketplaceVersion,
    PurchasePlan,
    Sku,
    Terms,
    Walk,
)

from tests.support.ids import SUBSCRIPTION
from tests.support.written import Written


class FakeMarketplace:
    """The catalogue of the Marketplace: the versions in ``known``.

    ``missing`` are the sentences about what cannot be read, ``warnings`` those about the cache.
    """

    def __init__(self, azure: Any) -> None:
        self.azure = azure
        self.known: list[MarketplaceVersion] = []
        self.missing: tuple[str, ...] = ()
        self.cached = False
        self.read_at: str | None = None
        self.warnings: tuple[str, ...] = ()

    def publishers(self, location: str) -> tuple[str, ...]:
        self.azure.reads.append("publishers")
        return tuple(sorted({each.sku.publisher for each in self.known if each.location == location}))

    def walk(self, location: str, chosen: Chosen) -> Walk:
        self.azure.reads.append(f"catalogue of {location}")
        found = (each for each in self.known if each.location == location and _is_chosen(chosen, each.sku))
        return Walk(tuple(found), self.missing, self.cached, self.warnings, self.read_at)

    def versions(self, location: str, sku: Sku) -> tuple[MarketplaceVersion, ...]:
        self.azure.reads.append(f"versions of {':'.join(sku)}")
        wanted = tuple(part.casefold() for part in sku)
        return tuple(each for each in self.known if each.location == location and tuple(part.casefold() for part in each.sku) == wanted)


def _is_chosen(chosen: Chosen, sku: Sku) -> bool:
    return chosen.publisher(sku.publisher) and chosen.offer(sku.publisher, sku.offer) and chosen.sku(sku)


class FakeTerms:
    """Terms of plans: those of the plans in ``accepted``, which says whether they were accepted."""

    def __init__(self, azure: Any) -> None:
        self.azure = azure
        self.accepted: dict[PurchasePlan, bool] = {}

    def get(self, plan: PurchasePlan) -> Terms:
        self.azure.reads.append(f"terms of {plan.name}")
        if plan not in self.accepted:
            raise Missing(f"could not read the terms of plan {plan.name}: (NotFound) not there", status=404)
        return Terms(plan, self.accepted[plan], {"properties": {"accepted": self.accepted[plan]}})

    def accept(self, terms: Terms, accepted: bool) -> Terms:
        if self.azure.read_only:
            raise Written(f"accept terms {terms.plan.name}")
        self.azure.writes.append(("accept" if accepted else "cancel", "terms", terms.plan.name))
        self.accepted[terms.plan] = accepted
        return self.get(terms.plan)


class FakeGraph:
    """Resource Graph: the rows of the first entry of ``rows`` whose key occurs in the query."""

    def __init__(self, azure: Any) -> None:
        self.azure = azure
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def query(self, kql: str, subscriptions: Iterable[str] = ()) -> tuple[dict[str, Any], ...]:
        self.azure.reads.append("resource graph")
        return next((tuple(rows) for key, rows in self.rows.items() if key in kql), ())


class FakeOthersGalleries:
    """Galleries of others. ``known`` holds the items of each list by the path below the region, ``for_tenant`` those for the tenant."""

    def __init__(self) -> None:
        self.known: dict[str, list[dict[str, Any]]] = {}
        self.for_tenant: dict[str, list[dict[str, Any]]] = {}

    def _list(self, path: str, with_tenant: bool) -> tuple[dict[str, Any], ...]:
        return tuple((self.for_tenant if with_tenant else self.known).get(path, ()))

    def shared(self, location: str, with_tenant: bool) -> tuple[dict[str, Any], ...]:
        return self._list("/SharedGalleries", with_tenant)

    def images(self, location: str, gallery: str, with_tenant: bool = False) -> tuple[dict[str, Any], ...]:
        return self._list(f"{gallery}/Images", with_tenant)

    def versions(self, location: str, image: str, with_tenant: bool = False) -> tuple[dict[str, Any], ...]:
        return self._list(f"{image}/Versions", with_tenant)


class FakeSubscriptions:
    """Subscriptions: one, with a contract that tests can change."""

    quota: str | None = "PayAsYouGo_2014-09-01"

    def readable(self) -> tuple[str, ...]:
        return (SUBSCRIPTION,)

    def quota_id(self, subscription: str = "") -> str | None:
        return self.quota
