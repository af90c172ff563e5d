# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of galleries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core.ids import GALLERY, ResourceId
from ..._core.model.gallery import Gallery
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.references import require_group
from ..._core.subject import Subject
from ..gallery.names import require_gallery_name
from ..images.order import natural
from ..missing_groups import empty_list
from .observe import find_with_sharing


@dataclass(frozen=True)
class ListRequest:
    """Which galleries to list; None stands for all names and all resource groups."""

    name: str | None = None
    resource_group: str | None = None
    subscription: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ListRequest:
        """Check and complete the module's options; an empty string counts as omitted."""
        name, group = params["name"], params["resource_group"]
        return cls(require_gallery_name("name", name) if name else None, require_group(group) if group else None)

    def within(self, subscription: str) -> ListRequest:
        """The same request with its subscription."""
        return replace(self, subscription=subscription)

    @property
    def place(self) -> ResourceId | None:
        """A gallery id that stands for the resource group of the list, or None for the subscription."""
        if self.resource_group is None:
            return None
        return ResourceId.of(GALLERY, self.resource_group, self.name or "", subscription=self.subscription)


def read_galleries(azure: Azure, request: ListRequest) -> tuple[Gallery, ...]:
    """The requested galleries, sorted by group and name. With whom a gallery is shared is shown only when it is read by itself."""
    if request.place and request.name:
        ids = [request.place]
    else:
        ids = [each.id for each in azure.galleries.list(request.resource_group) if _matches(request, each)]
    found = [gallery for each in ids if (gallery := find_with_sharing(azure, each))]
    return tuple(sorted(found, key=lambda gallery: (natural(gallery.id.resource_group), natural(gallery.id.name))))


def _matches(request: ListRequest, gallery: Gallery) -> bool:
    return request.name is None or gallery.id.name.casefold() == request.name.casefold()


def _plan(azure: Azure, request: ListRequest, check_mode: bool) -> Plan:
    galleries = read_galleries(azure, request)
    without_group = frozenset() if galleries else azure.groups.without_group(request.place)
    return Plan(after={"galleries": [each.as_result() for each in galleries]}, warnings=empty_list(without_group))


GALLERIES = Subject(ListRequest.from_params, _plan)
