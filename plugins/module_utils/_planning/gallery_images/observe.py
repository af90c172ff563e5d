# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image definition in Azure and its gallery, as planning needs them."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.ids import GALLERY_IMAGE, ResourceId, region
from ..._core.model.gallery import Gallery
from ..._core.model.gallery_image import GalleryImage
from ..._core.ports import Azure
from ..galleries.observe import find_with_sharing
from ..settling import look_up
from .request import ABSENT, GalleryImageRequest


@dataclass(frozen=True)
class Observed:
    """The state of Azure.

    ``gallery`` and ``others``, the definitions in it, are read only if the definition does not exist; ``versions``, the names of its
    versions in order, only if it may have to be deleted. ``regions`` are those that have definitions: empty if they may not be read or were
    not needed.
    """

    image: GalleryImage | None = None
    gallery: Gallery | None = None
    others: tuple[GalleryImage, ...] = ()
    versions: tuple[str, ...] = ()
    without_group: frozenset[ResourceId] = frozenset()
    regions: frozenset[str] = frozenset()
    check_mode: bool = False


def observe(azure: Azure, request: GalleryImageRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun."""
    image = look_up(azure.gallery_images, request.image, check_mode)
    creates = request.state != ABSENT and (image is None or request.recreate)
    deletes = image is not None and (request.state == ABSENT or request.recreate)
    gallery = find_with_sharing(azure, request.image.parent) if creates else None
    versions = azure.gallery_image_versions.list_in(request.image) if deletes else ()
    return Observed(
        image=image,
        gallery=gallery,
        others=azure.gallery_images.list_in(request.image.parent) if gallery else (),
        versions=tuple(each.id.name for each in sorted(versions, key=lambda each: each.number)),
        without_group=azure.groups.without_group(request.image) if creates and gallery is None else frozenset(),
        regions=_regions(azure, request, image),
        check_mode=check_mode,
    )


def _regions(azure: Azure, request: GalleryImageRequest, image: GalleryImage | None) -> frozenset[str]:
    """The regions that have definitions, if the task names one in which this one does not exist yet."""
    location = request.location if request.state != ABSENT else None
    if location is None or (image is not None and region(image.location) == region(location)):
        return frozenset()
    return azure.regions.of(GALLERY_IMAGE)
