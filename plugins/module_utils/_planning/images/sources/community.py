# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of images in community galleries, which are public.

Azure has no list of them, so Resource Graph is asked which images there are in a region, and the Compute API for the versions of those
that match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from ...._core.model.listed_image import COMMUNITY as ORIGIN
from ...._core.model.listed_image import ListedImage
from ...._core.ports import Azure, Body
from ..filters import matches
from ..found import Found
from ..gaps import Gaps
from ..of_others import Kind, candidates, listed_definition
from ..order import natural
from ..request import ListRequest
from ..versions import enough, selected

PUBLIC = Kind(ORIGIN, "CommunityGalleries", "community_gallery_image_id")
_NAMES = re.compile("/communityGalleries/([^/]+)/images/([^/]+)", re.IGNORECASE)


class Public(NamedTuple):
    """A definition in a community gallery. ``properties`` may be empty: what Resource Graph shows of them is not documented."""

    gallery: str
    name: str
    properties: Mapping[str, Any]


def images_query(location: str) -> str:
    """The question to Resource Graph for all public definitions in a region, which it spells in lower case."""
    kind = "microsoft.compute/locations/communitygalleries/images"
    return f"communitygalleryresources | where type == '{kind}' | where location == '{location}'"


def read(azure: Azure, request: ListRequest) -> Found:
    """The versions in all community galleries that are replicated to the region."""
    gaps = Gaps()
    known = _definitions(azure.graph.query(images_query(request.location)))
    return Found(enough(request, _images(azure, request, known, gaps)), gaps.sentences)


def _definitions(rows: Iterable[Body]) -> list[Public]:
    found = {each[:2]: each for each in map(_definition, rows) if each}
    return sorted(found.values(), key=lambda each: (natural(each.gallery), natural(each.name)))


def _definition(row: Body) -> Public | None:
    """The definition in a row of Resource Graph, whose names are in its id or in the unique id among its properties."""
    properties = row.get("properties") or {}
    texts = (str(row.get("id") or ""), str((properties.get("identifier") or {}).get("uniqueId") or ""))
    names = next((match.groups() for text in texts if (match := _NAMES.search(text))), None)
    return Public(names[0], names[1], properties) if names else None


def _images(azure: Azure, request: ListRequest, known: Iterable[Public], gaps: Gaps) -> Iterator[ListedImage]:
    complete = _Completion(azure, request, gaps)
    for each in known:
        listed = complete(each)
        if listed and matches(listed, request.filters.of_definition()):
            versions = gaps.items(partial(azure.others_galleries.versions, request.location, listed.reference))
            yield from selected(request, candidates(listed, PUBLIC, versions))


class _Completion:
    """Turns definitions into images of a list. Properties that Resource Graph has not shown are read, once for each gallery."""

    def __init__(self, azure: Azure, request: ListRequest, gaps: Gaps) -> None:
        self._azure, self._request, self._gaps = azure, request, gaps
        self._read: dict[str, dict[str, Mapping[str, Any]]] = {}

    def __call__(self, public: Public) -> ListedImage | None:
        """The definition, or None if nothing of it can be in the list."""
        named = self._request.filters.gallery
        if named is not None and named.casefold() != public.gallery.casefold():
            return None
        properties = public.properties if "osType" in public.properties else self._of(public.gallery).get(public.name.casefold())
        return listed_definition(self._request, PUBLIC, public.gallery, public.name, properties) if properties else None

    def _of(self, gallery: str) -> Mapping[str, Mapping[str, Any]]:
        if gallery not in self._read:
            images = self._gaps.items(partial(self._azure.others_galleries.images, self._request.location, f"/{PUBLIC.path}/{gallery}"))
            self._read[gallery] = {str(each["name"]).casefold(): each.get("properties") or {} for each in images}
        return self._read[gallery]
