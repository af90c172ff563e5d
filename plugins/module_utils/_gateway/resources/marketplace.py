# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of the Marketplace: publishers, their offers, the SKUs of these, and versions."""

from __future__ import annotations

from ..._core.errors import Missing
from ..._core.ids import region
from ..._core.model.marketplace import Chosen, MarketplaceVersion, Sku, Walk
from ..parsing.json import Json, properties_of
from ..sdk.calls import COMPUTE
from ..sdk.client import Client
from ..sdk.errors import describing

WITH_PROPERTIES = {"$expand": "properties/imageDeprecationStatus"}
"""Versions come with all of their properties in one answer."""


class Marketplace:
    """The catalogue of the Marketplace, as a region offers it to our subscription."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def publishers(self, location: str) -> tuple[str, ...]:
        """The names of all publishers."""
        with describing(f"list the publishers in {location}"):
            return self._names(self._place(location))

    def walk(self, location: str, chosen: Chosen) -> Walk:
        """All versions of the chosen images with their properties."""
        found: list[MarketplaceVersion] = []
        for publisher in filter(chosen.publisher, self.publishers(location)):
            offers = f"{self._place(location)}/{publisher}/artifacttypes/vmimage/offers"
            for offer in (each for each in self._names(offers) if chosen.offer(publisher, each)):
                skus = (Sku(publisher, offer, each) for each in self._names(f"{offers}/{offer}/skus"))
                for sku in filter(chosen.sku, skus):
                    found += self.versions(location, sku)
        return Walk(tuple(found))

    def versions(self, location: str, sku: Sku) -> tuple[MarketplaceVersion, ...]:
        """The versions of one image with their properties; none if the image does not exist."""
        path = f"{self._place(location)}/{sku.publisher}/artifacttypes/vmimage/offers/{sku.offer}/skus/{sku.sku}/versions"
        return tuple(MarketplaceVersion(sku, str(each["name"]), region(location), properties_of(each)) for each in self._list(path))

    def _names(self, path: str) -> tuple[str, ...]:
        return tuple(str(each["name"]) for each in self._list(path))

    def _list(self, path: str) -> list[Json]:
        """The items of a list; none if its place does not exist, as with some publishers that are listed."""
        try:
            with describing(f"read the catalogue of the Marketplace at {path}"):
                query = WITH_PROPERTIES if path.endswith("/versions") else {}
                return self._client.list(path, COMPUTE, **query)
        except Missing:
            return []

    def _place(self, location: str) -> str:
        return f"/subscriptions/{self._client.subscription}/providers/Microsoft.Compute/locations/{region(location)}/publishers"
