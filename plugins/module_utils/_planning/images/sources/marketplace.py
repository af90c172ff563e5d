# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of images of the Marketplace, in the region of the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from ...._core.model.listed_image import ListedImage
from ...._core.model.marketplace import MarketplaceVersion, Sku, Walk
from ...._core.ports import Azure
from ...marketplace.chosen import chosen_by, require_names
from ...marketplace.listing import listed, name_of
from ...marketplace.subscribers import with_subscriber_only
from ..filters import matches
from ..found import Found
from ..gaps import Gaps
from ..order import natural
from ..request import LATEST, ListRequest
from ..versions import Candidate, enough, selected


def read(azure: Azure, request: ListRequest) -> Found:
    """The versions of the images whose names match. Which version is the latest one is never taken from the cache."""
    require_names(azure, request.filters, request.location)
    walk = azure.marketplace.walk(request.location, chosen_by(request.filters))
    if request.versions == LATEST and walk.missing:
        return Found(missing=walk.missing, warnings=walk.warnings)
    gaps = Gaps()
    gaps.add(*walk.missing)
    found = _live(azure, request, walk, gaps) if request.versions == LATEST and walk.cached else _walked(request, walk)
    return Found(with_subscriber_only(azure, enough(request, found)), gaps.sentences, walk.warnings, walk.read_at)


def _walked(request: ListRequest, walk: Walk) -> Iterator[ListedImage]:
    """The versions that a walk has found. If it was answered from the cache, it is not known which one is the latest."""
    for _sku, versions in _by_sku(walk.versions):
        for image in _selected(request, versions):
            yield replace(image, latest=None) if walk.cached else image


def _live(azure: Azure, request: ListRequest, walk: Walk, gaps: Gaps) -> Iterator[ListedImage]:
    """The versions that Azure has now of the images that a walk has found, as far as one of their versions matches."""
    filters = replace(request.filters, deprecated=None)
    for sku, versions in _by_sku(walk.versions):
        if any(matches(listed(each), filters) for each in versions):
            yield from _selected(request, gaps.items(partial(azure.marketplace.versions, request.location, sku)))


def _selected(request: ListRequest, versions: Iterable[MarketplaceVersion]) -> Iterator[ListedImage]:
    return selected(request, map(Candidate, map(listed, versions)))


def _by_sku(versions: Iterable[MarketplaceVersion]) -> list[tuple[Sku, Sequence[MarketplaceVersion]]]:
    """Each image with its versions, in the order of the list."""
    ordered = sorted(versions, key=lambda each: (natural(each.sku.publisher), natural(name_of(each.sku))))
    return [(sku, tuple(same)) for sku, same in groupby(ordered, key=lambda each: each.sku)]
