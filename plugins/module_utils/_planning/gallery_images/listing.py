# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of image definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core.ids import GALLERY_IMAGE, ResourceId
from ..._core.model.gallery_image import GalleryImage
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.references import require_group, require_name
from ..._core.subject import Subject
from ..gallery.names import gallery_id
from ..images.order import natural
from ..missing_groups import empty_list


@dataclass(frozen=True)
class ListRequest:
    """The gallery, and the name of the definition to list; None for all."""

    gallery: ResourceId
    name: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ListRequest:
        """Check and complete the module's options; an empty string counts as omitted."""
        group = require_group(params["resource_group"]) if params["resource_group"] else None
        name = params["name"]
        return cls(gallery_id(params["gallery"], group), require_name("name", name) if name else None)

    def within(self, subscription: str) -> ListRequest:
        """The same request with full ids."""
        return replace(self, gallery=self.gallery.within(subscription))


def read_definitions(azure: Azure, request: ListRequest) -> tuple[GalleryImage, ...]:
    """The requested definitions, sorted by name."""
    if request.name:
        image = azure.gallery_images.find(request.gallery.child(GALLERY_IMAGE, request.name))
        return (image,) if image else ()
    return tuple(sorted(azure.gallery_images.list_in(request.gallery), key=lambda each: natural(each.id.name)))


def _warnings(azure: Azure, gallery: ResourceId) -> tuple[str, ...]:
    """Why there are no definitions, if their gallery or its resource group does not exist."""
    if without_group := azure.groups.without_group(gallery):
        return empty_list(without_group)
    if azure.galleries.find(gallery) is None:
        return (f"The list is empty: there is no gallery {gallery.name} in resource group {gallery.resource_group}.",)
    return ()


def _plan(azure: Azure, request: ListRequest, check_mode: bool) -> Plan:
    found = read_definitions(azure, request)
    return Plan(
        after={"gallery_images": [each.as_result() for each in found]},
        warnings=() if found else _warnings(azure, request.gallery),
    )


GALLERY_IMAGES = Subject(ListRequest.from_params, _plan)
