# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a list of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core.ids import IMAGE, ResourceId
from ..._core.limits import require_number
from ..._core.references import require_group, require_name
from .tag_filter import parse_tag_filter


@dataclass(frozen=True)
class ListRequest:
    """Which images to list. ``tags`` are pairs of a name in lower case and a value, or None for any value."""

    name: str | None = None
    resource_group: str | None = None
    tags: tuple[tuple[str, str | None], ...] = ()
    limit: int | None = None
    subscription: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ListRequest:
        """Check and complete the module's options; an empty string counts as omitted."""
        name, group, limit = params.get("name"), params.get("resource_group"), params.get("limit")
        return cls(
            name=require_name("name", name) if name else None,
            resource_group=require_group(group) if group else None,
            tags=parse_tag_filter(params.get("tags") or ()),
            limit=limit if limit is None else require_number("limit", limit),
        )

    def within(self, subscription: str) -> ListRequest:
        """The same request with its subscription."""
        return replace(self, subscription=subscription)

    @property
    def place(self) -> ResourceId | None:
        """An image id that stands for the resource group of the list, or None for the subscription."""
        if self.resource_group is None:
            return None
        return ResourceId.of(IMAGE, self.resource_group, self.name or "", subscription=self.subscription)
