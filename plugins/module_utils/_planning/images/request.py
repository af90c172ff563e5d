# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a list of images."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import IMAGE, ResourceId, region
from ..._core.limits import require_number
from ..._core.model.listed_image import COMMUNITY, MANAGED, MARKETPLACE, ORIGINS, SHARED
from ..._core.references import given_texts, require_group, require_name
from .filters import Filters
from .tag_filter import parse_tag_filter

ALL = "all"
NEWEST, EVERY, LATEST = "newest", "all", "latest"
"""Which versions of each image are listed: the one with the largest number, all, or the one that Azure deploys if none is named."""
OF_ONE_REGION = (SHARED, COMMUNITY, MARKETPLACE)
"""The origins whose images Azure lists for one region only."""
DEFAULT_LIMIT = 100
"""The most images in a list that holds images of others, if no limit is given."""


@dataclass(frozen=True)
class ListRequest:
    """Which images to list. ``sources`` are origins, in their order."""

    filters: Filters = field(default_factory=Filters)
    sources: tuple[str, ...] = (MANAGED,)
    versions: str = NEWEST
    terms: bool = False
    limit: int | None = None
    subscription: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ListRequest:
        """Check and complete the module's options; an empty string counts as omitted."""
        sources, limit = _sources(params.get("sources")), params.get("limit")
        if (hours := params.get("cache_max_age")) is not None:
            require_number("cache_max_age", hours, unit="hours")
        request = cls(
            filters=_filters(params),
            sources=sources,
            versions=params.get("versions") or NEWEST,
            terms=bool(params.get("terms")),
            limit=(None if sources == (MANAGED,) else DEFAULT_LIMIT) if limit is None else require_number("limit", limit),
        )
        request._require_location()
        return request

    def within(self, subscription: str) -> ListRequest:
        """The same request with its subscription."""
        return replace(self, subscription=subscription)

    @property
    def location(self) -> str:
        """The short name of the region; empty if none is named."""
        return self.filters.location or ""

    @property
    def place(self) -> ResourceId | None:
        """An image id that stands for the resource group of the list, or None for the subscription."""
        if self.filters.resource_group is None:
            return None
        return ResourceId.of(IMAGE, self.filters.resource_group, self.filters.name or "", subscription=self.subscription)

    def _require_location(self) -> None:
        if self.location:
            return
        if named := [each for each in self.sources if each in OF_ONE_REGION]:
            raise InvalidRequest(
                "location: name a region, such as westeurope, because Azure lists the images of these sources for one region only:"
                f" {', '.join(named)}."
            )
        if self.versions == LATEST:
            raise InvalidRequest("location: name a region, such as westeurope, because versions: latest depends on it.")


def _sources(given: Sequence[str] | None) -> tuple[str, ...]:
    names = given_texts(given) or [MANAGED]
    return ORIGINS if ALL in names else tuple(each for each in ORIGINS if each in names)


def _filters(params: Mapping[str, Any]) -> Filters:
    name, group = params.get("name"), params.get("resource_group")
    return Filters(
        name=require_name("name", name) if name else None,
        resource_group=require_group(group) if group else None,
        tags=parse_tag_filter(params.get("tags") or ()),
        os_type=params.get("os_type") or None,
        generation=params.get("generation") or None,
        architecture=params.get("architecture") or None,
        security_type=tuple(given_texts(params.get("security_type")) or ()),
        publisher=params.get("publisher") or None,
        offer=params.get("offer") or None,
        sku=params.get("sku") or None,
        gallery=params.get("gallery") or None,
        gallery_image=params.get("gallery_image") or None,
        location=_location(params.get("location")),
        **_ages(params.get("min_age"), params.get("max_age")),
        deprecated=params.get("deprecated"),
        words=tuple((params.get("text") or "").casefold().split()),
    )


def _location(given: str | None) -> str | None:
    """The short name of a region, if it is safe in a URL, of which it becomes a part."""
    if not given:
        return None
    if not re.fullmatch("[a-z0-9]+", short := region(given), re.ASCII):
        raise InvalidRequest(f"location: {given!r} is not a valid name for a region: use letters and digits, as in westeurope.")
    return short


def _ages(min_age: int | None, max_age: int | None) -> dict[str, int | None]:
    for option, age in (("min_age", min_age), ("max_age", max_age)):
        if age is not None:
            require_number(option, age, lowest=0)
    if min_age is not None and max_age is not None and min_age > max_age:
        raise InvalidRequest(f"min_age: must not be above max_age, which is {max_age}, but is {min_age}.")
    return {"min_age": min_age, "max_age": max_age}
