# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of the Marketplace: publishers, their offers, the SKUs of these, and versions."""

from __future__ import annotations

from datetime import datetime, timezone

from ..._core.errors import GoldenImageError, Missing
from ..._core.ids import region
from ..._core.listener import Listener, Silence
from ..._core.model.marketplace import Chosen, MarketplaceVersion, Sku, Walk
from ..._core.times import format_time
from ..catalogue.cache import Cache, CacheSettings, Items, NoCache
from ..catalogue.missing import sentences
from ..catalogue.place import Place
from ..catalogue.walk import Read, Walker
from ..parsing.json import properties_of
from ..sdk.calls import COMPUTE
from ..sdk.client import Client
from ..sdk.errors import describing

WITH_PROPERTIES = {"$expand": "properties/imageDeprecationStatus"}
"""Versions come with all of their properties in one answer."""
ALL = Place()
NOT_A_REGION = {"NoRegisteredProviderFound", "LocationNotAvailableForResourceType", "InvalidLocation", "LocationNotFound"}
"""Codes of the answer about a region that does not exist, or has no Marketplace."""
NOT_A_PLACE = {"SubscriptionNotFound", "InvalidSubscriptionId", "InvalidResourceType", "InvalidResourceNamespace", *NOT_A_REGION}
"""Codes of a 404 that says nothing about a publisher, an offer or a SKU. All others mean that its list does not exist."""


class Marketplace:
    """The catalogue of the Marketplace, as a region offers it to our subscription."""

    def __init__(self, client: Client, cache: CacheSettings | None = None, listener: Listener | None = None) -> None:
        self._client = client
        self._settings = cache
        self._listener = listener or Silence()

    def publishers(self, location: str) -> tuple[str, ...]:
        """The names of all publishers; raise Missing if there is no such region."""
        cache = self._cache(location)
        if (items := cache.get(ALL)) is None:
            items = self._reader(location)(ALL)
            cache.keep(ALL, items)
            cache.save()
        return tuple(name for name, _properties in items)

    def walk(self, location: str, chosen: Chosen) -> Walk:
        """All versions of the chosen images with their properties. If nothing could be found, an error is raised as it came."""
        cache = self._cache(location)
        walker = Walker(self._reader(location), cache, self._listener)
        walker.walk([ALL], chosen)
        if walker.is_vain:
            raise walker.missed[0].error
        versions = (each for place, items in sorted(walker.found.items()) for each in _versions(location, Sku(*place), items))
        warnings = (cache.flaw,) if cache.flaw else ()
        read_at = None if cache.oldest is None else format_time(datetime.fromtimestamp(cache.oldest, timezone.utc))
        return Walk(tuple(versions), sentences(walker.missed), walker.cached, warnings, read_at)

    def versions(self, location: str, sku: Sku) -> tuple[MarketplaceVersion, ...]:
        """The versions of one image with their properties, never from the cache; none if the image does not exist."""
        return tuple(_versions(location, sku, self._reader(location)(Place(*sku))))

    def _reader(self, location: str) -> Read:
        """Read the list at a place, which is empty if the place does not exist, as with some publishers that are listed."""
        subscription = self._client.subscription
        root = f"/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{region(location)}"

        def read(place: Place) -> Items:
            try:
                with describing(f"read {place.title} in {region(location)}"):
                    found = self._client.list(f"{root}/{place.path}", COMPUTE, **(WITH_PROPERTIES if place.sku else {}))
            except GoldenImageError as error:
                if place == ALL and (error.facts.get("code") in NOT_A_REGION or _is_absent(error)):
                    text = f"location: '{location}' is not a region with images of the Marketplace: {error.message}"
                    raise Missing(text, **error.facts) from error
                if place != ALL and _is_absent(error):
                    return ()
                raise
            return tuple((str(each["name"]), properties_of(each)) for each in found if each.get("name"))

        return read

    def _cache(self, location: str) -> Cache | NoCache:
        if self._settings is None:
            return NoCache()
        return Cache(self._settings, (*self._client.account, self._client.subscription, region(location), COMPUTE))


def _versions(location: str, sku: Sku, items: Items) -> list[MarketplaceVersion]:
    return [MarketplaceVersion(sku, name, region(location), properties) for name, properties in items]


def _is_absent(error: GoldenImageError) -> bool:
    """Whether Azure said that a part of the catalogue does not exist. A 404 without a code is not Azure's answer."""
    code = error.facts.get("code")
    return error.facts.get("status") == 404 and code is not None and code not in NOT_A_PLACE
