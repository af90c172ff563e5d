# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images a list shows, and in what order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import Image


@dataclass(frozen=True)
class ListRequest:
    """What the task asks for; ``tags`` are pairs of a name and a value, or None for any value."""

    name: str | None = None
    resource_group: str | None = None
    tags: tuple[tuple[str, str | None], ...] = ()
    limit: int | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ListRequest:
        """Check and complete the module's options; '' is no value."""
        limit = params.get("limit")
        if limit is not None and limit < 1:
            raise InvalidRequest(f"limit: {limit} is less than 1.")
        return cls(params.get("name") or None, params.get("resource_group") or None, tuple(map(_tag, params.get("tags") or [])), limit)


def chosen(request: ListRequest, images: Iterable[Image]) -> tuple[Image, ...]:
    """The images asked for: by group, then by name, where ``web-9`` stands before ``web-10``."""
    found = [image for image in images if _wants(request, image)]
    return tuple(sorted(found, key=lambda image: (natural(image.id.resource_group), natural(image.id.name))))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers inside a name by their value."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text.casefold()))


def _tag(text: str) -> tuple[str, str | None]:
    name, colon, value = text.partition(":")
    if not name:
        raise InvalidRequest(f"tags: '{text}' is neither name nor name:value.")
    return name.casefold(), value if colon else None


def _wants(request: ListRequest, image: Image) -> bool:
    tags = {name.casefold(): value for name, value in image.tags.items()}
    return (
        (request.name is None or image.id.name.casefold() == request.name.casefold())
        and (request.resource_group is None or image.id.resource_group.casefold() == request.resource_group.casefold())
        and all(name in tags and value in (None, tags[name]) for name, value in request.tags)
    )
