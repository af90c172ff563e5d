# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images in Azure from which a list is made."""

from __future__ import annotations

from typing import NamedTuple

from ..._core.ids import ResourceId
from ..._core.model.image import Image
from ..._core.ports import Azure
from .request import ListRequest


class Observed(NamedTuple):
    """The images that were read. ``without_group`` holds the place of the list if its resource group does not exist."""

    images: tuple[Image, ...] = ()
    without_group: frozenset[ResourceId] = frozenset()


def observe(azure: Azure, request: ListRequest) -> Observed:
    """Read one image if both name and group are given, else the images of a group or of the subscription."""
    images = _read(azure, request)
    return Observed(images, frozenset() if images else azure.groups.without_group(request.place))


def _read(azure: Azure, request: ListRequest) -> tuple[Image, ...]:
    if request.place and request.filters.name:
        image = azure.images.find(request.place)
        return (image,) if image else ()
    return azure.images.list(request.filters.resource_group)
