# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of images in galleries that others share with us: directly, or by the right to read galleries in other subscriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain

from ...._core.ids import ResourceId
from ...._core.model.listed_image import SHARED as ORIGIN
from ...._core.model.listed_image import ListedImage
from ...._core.ports import Azure
from ..filters import is_of, matches
from ..found import Found
from ..gaps import Gaps
from ..of_others import Kind, candidates, listed_definition
from ..order import natural
from ..request import ListRequest
from ..versions import enough, selected
from .gallery import ids_of, images_in

DIRECTLY = Kind(ORIGIN, "SharedGalleries", "shared_gallery_image_id")
GALLERIES = "resources | where type =~ 'microsoft.compute/galleries'"
"""Asks Resource Graph for all galleries that this identity can read, in all subscriptions."""


def read(azure: Azure, request: ListRequest) -> Found:
    """The versions in all galleries of others that are shared with us and replicated to the region, each gallery once."""
    gaps = Gaps()
    readable = _readable(azure, gaps)
    direct = _directly_shared(azure, request, gaps, {_unique_name(each) for each in readable})
    gaps.require_any()
    images = chain(_images_of_shared(azure, request, direct, gaps), images_in(azure, request, readable, ORIGIN, gaps))
    return Found(enough(request, images), gaps.sentences)


def _directly_shared(azure: Azure, request: ListRequest, gaps: Gaps, known: set[str]) -> dict[str, bool]:
    """The unique names of galleries that are shared directly, with whether they are seen only as one of the tenant.

    A gallery that is read by its id anyway is left out, and so are our own ones, which the tenant includes.
    """
    found: dict[str, bool] = {}
    for with_tenant in (False, True):
        for each in gaps.items(partial(azure.others_galleries.shared, request.location, with_tenant)):
            found.setdefault(str(each["name"]), with_tenant)
    own = f"{azure.subscription}-".casefold()
    return {name: tenant for name, tenant in found.items() if name.casefold() not in known and not name.casefold().startswith(own)}


def _images_of_shared(azure: Azure, request: ListRequest, galleries: Mapping[str, bool], gaps: Gaps) -> Iterator[ListedImage]:
    others = azure.others_galleries
    wanted = (name for name in galleries if request.filters.gallery is None or is_of(request.filters.gallery, name, None))
    for gallery in sorted(wanted, key=natural):
        tenant = galleries[gallery]
        images = gaps.items(partial(others.images, request.location, f"/{DIRECTLY.path}/{gallery}", tenant))
        for raw in sorted(images, key=lambda each: natural(str(each["name"]))):
            listed = listed_definition(request, DIRECTLY, gallery, str(raw["name"]), raw.get("properties") or {})
            if matches(listed, request.filters.of_definition()):
                versions = gaps.items(partial(others.versions, request.location, listed.reference, tenant))
                yield from selected(request, candidates(listed, DIRECTLY, versions))


def _readable(azure: Azure, gaps: Gaps) -> list[ResourceId]:
    """The galleries of other subscriptions that this identity can read. If Resource Graph does not answer, each subscription is asked."""
    rows = Gaps().find(lambda: azure.graph.query(GALLERIES))
    ids = _of_subscriptions(azure, gaps) if rows is None else [ResourceId.parse(str(row["id"])) for row in rows]
    return [each for each in ids if each.subscription.casefold() != azure.subscription.casefold()]


def _of_subscriptions(azure: Azure, gaps: Gaps) -> list[ResourceId]:
    subscriptions = gaps.items(azure.subscriptions.readable)
    others = (each for each in subscriptions if each.casefold() != azure.subscription.casefold())
    return [id for each in others for id in ids_of(gaps.items(partial(azure.galleries.list, None, each)))]


def _unique_name(gallery: ResourceId) -> str:
    """The name under which Azure shares a gallery directly, in lower case: its subscription and its own name."""
    return f"{gallery.subscription}-{gallery.name}".casefold()
