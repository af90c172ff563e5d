# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Azure Compute Gallery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ids import ResourceId
from ..snake_case import snake_case
from .provisioning import SUCCEEDED

PRIVATE, GROUPS, COMMUNITY = "Private", "Groups", "Community"
SUBSCRIPTIONS, TENANTS = "Subscriptions", "AADTenants"
"""The kinds of groups that a gallery can be shared with, as Azure names them."""


@dataclass(frozen=True)
class Gallery:
    """A gallery. ``properties`` holds Azure's JSON as it is, because the modules return all of it."""

    id: ResourceId
    location: str
    provisioning_state: str = SUCCEEDED
    properties: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def permissions(self) -> str:
        """With whom it can be shared: ``Private``, ``Groups`` or ``Community``."""
        return str(self._sharing.get("permissions") or PRIVATE)

    @property
    def is_public(self) -> bool:
        """Whether it is shared with everybody now."""
        return bool((self._sharing.get("communityGalleryInfo") or {}).get("communityGalleryEnabled"))

    def shared_with(self, kind: str) -> tuple[str, ...]:
        """The ids of subscriptions or tenants that it is shared with, in lower case. Only an expanded answer of Azure has them."""
        groups = (each for each in self._sharing.get("groups") or () if str(each.get("type")).casefold() == kind.casefold())
        return tuple(dict.fromkeys(str(id).casefold() for group in groups for id in group.get("ids") or ()))

    @property
    def is_shared(self) -> bool:
        """Whether it is shared with anybody now."""
        return self.is_public or any(map(self.shared_with, (SUBSCRIPTIONS, TENANTS)))

    @property
    def _sharing(self) -> Mapping[str, Any]:
        return self.properties.get("sharingProfile") or {}

    def as_result(self) -> dict[str, Any]:
        """The dictionary that every module returns for a gallery."""
        return nested_result(self.id, self.location, self.tags, self.properties)


def nested_result(id: ResourceId, location: str, tags: Mapping[str, str], properties: Mapping[str, Any]) -> dict[str, Any]:
    """The return value for a gallery or a resource in one: its names, then all of its properties in snake case."""
    named = {"id": str(id), "name": id.name, "resource_group": id.resource_group, "location": location, "tags": dict(tags)}
    return {**snake_case(properties), **named}
