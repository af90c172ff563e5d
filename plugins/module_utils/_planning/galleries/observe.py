# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gallery in Azure, as planning needs it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..._core.errors import Missing
from ..._core.ids import GALLERY, ResourceId, region
from ..._core.model.gallery import Gallery
from ..._core.model.lock import Lock
from ..._core.model.rights import Rights
from ..._core.ports import Azure
from ..settling import look_up
from .request import ABSENT, GalleryRequest

UNREAD = Rights(unread="they were not needed")


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``location`` is the requested one, else that of the resource group.

    ``definitions`` are the names of the image definitions in it; they are read only if the gallery may have to be deleted. ``regions`` are
    those that have galleries: empty if they may not be read or were not needed. ``locks`` and ``rights`` are those on a gallery that is
    to be deleted after sharing was stopped, which cannot be undone.
    """

    location: str = ""
    gallery: Gallery | None = None
    definitions: tuple[str, ...] = ()
    without_group: frozenset[ResourceId] = frozenset()
    regions: frozenset[str] = frozenset()
    locks: tuple[Lock, ...] = ()
    rights: Rights = UNREAD
    check_mode: bool = False


def observe(azure: Azure, request: GalleryRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun."""
    found = look_up(azure.galleries, request.gallery, check_mode)
    gallery = find_with_sharing(azure, found.id) if found else None
    deletes = gallery is not None and (request.recreate or request.state == ABSENT)
    definitions = tuple(each.id.name for each in azure.gallery_images.list_in(request.gallery)) if deletes else ()
    if gallery is not None or request.state == ABSENT:
        seen = Observed(gallery=gallery, definitions=definitions, regions=_regions(azure, request, gallery), check_mode=check_mode)
        return _with_obstacles(azure, seen, gallery) if gallery and _stops_and_deletes(request, gallery) else seen
    return Observed(
        location=request.location or azure.groups.location(request.gallery.resource_group),
        without_group=azure.groups.without_group(request.gallery),
        regions=_regions(azure, request, None),
        check_mode=check_mode,
    )


def _stops_and_deletes(request: GalleryRequest, gallery: Gallery) -> bool:
    return request.state == ABSENT and request.sharing.enabled is False and gallery.is_shared


def _with_obstacles(azure: Azure, seen: Observed, gallery: Gallery) -> Observed:
    """The same state with what can forbid to delete the gallery."""
    rights = azure.permissions.at(str(gallery.id), f"gallery {gallery.id.name}")
    return replace(seen, locks=azure.locks.around(gallery.id), rights=rights)


def find_with_sharing(azure: Azure, gallery: ResourceId) -> Gallery | None:
    """The gallery with whom it is shared, or None if it does not exist."""
    try:
        return read_with_sharing(azure, gallery)
    except Missing:
        return None


def read_with_sharing(azure: Azure, gallery: ResourceId) -> Gallery:
    """The gallery with whom it is shared, which Azure shows on request only."""
    return azure.galleries.read(gallery, **{"$expand": "SharingProfile/Groups"})


def _regions(azure: Azure, request: GalleryRequest, gallery: Gallery | None) -> frozenset[str]:
    """The regions that have galleries, if the task names one in which the gallery does not exist yet."""
    location = request.location if request.state != ABSENT else None
    if location is None or (gallery is not None and region(gallery.location) == region(location)):
        return frozenset()
    return azure.regions.of(GALLERY)
