# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image and the interim disk in Azure, as planning needs them."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.ids import IMAGE, ResourceId, region
from ..._core.model.disk import Disk
from ..._core.model.image import Image
from ..._core.ports import Azure
from ..settling import look_up
from .request import UploadRequest


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``location`` is the requested one, else that of the resource group.

    ``without_group`` holds resources that were not found and whose resource group does not exist either. ``regions`` are those that have
    images: empty if they may not be read or were not needed.
    """

    location: str
    image: Image | None = None
    disk: Disk | None = None
    without_group: frozenset[ResourceId] = frozenset()
    regions: frozenset[str] = frozenset()
    check_mode: bool = False


def observe(azure: Azure, request: UploadRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun.

    Regions are read only if a region is requested in which the image does not exist yet.
    """
    location = request.location or azure.groups.location(request.image.resource_group)
    image = look_up(azure.images, request.image, check_mode)
    exists_there = image is not None and region(image.location) == region(location)
    return Observed(
        location=location,
        image=image,
        disk=look_up(azure.disks, request.disk, check_mode),
        without_group=frozenset() if image else azure.groups.without_group(request.image, request.disk),
        regions=azure.regions.of(IMAGE) if request.location and not exists_there else frozenset(),
        check_mode=check_mode,
    )
