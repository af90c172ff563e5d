# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of images: which ones it holds, and in what order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..._core.model.image import Image
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.subject import Subject
from ..missing_groups import empty_list
from .observe import Observed, observe
from .request import ListRequest


def plan_images(request: ListRequest, seen: Observed) -> Plan:
    """A plan without steps, whose state is the list. ``truncated`` is whether the limit cut the list."""
    images = chosen(request, seen.images)
    shown = images[: request.limit]
    return Plan(
        after={"images": [image.as_result() for image in shown], "truncated": len(shown) < len(images)},
        warnings=empty_list(seen.without_group),
    )


def chosen(request: ListRequest, images: Iterable[Image]) -> tuple[Image, ...]:
    """The images that match the request, sorted by group, then by name, so that ``web-9`` comes before ``web-10``."""
    found = [image for image in images if _matches(request, image)]
    return tuple(sorted(found, key=lambda image: (natural(image.id.resource_group), natural(image.id.name))))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers inside a name by their value."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text.casefold()))


def _matches(request: ListRequest, image: Image) -> bool:
    tags = {name.casefold(): value for name, value in image.tags.items()}
    return (
        (request.filters.name is None or image.id.name.casefold() == request.filters.name.casefold())
        and (request.filters.resource_group is None or image.id.resource_group.casefold() == request.filters.resource_group.casefold())
        and all(name in tags and value in (None, tags[name]) for name, value in request.filters.tags)
    )


def _plan(azure: Azure, request: ListRequest, check_mode: bool) -> Plan:
    return plan_images(request, observe(azure, request))


IMAGES = Subject(ListRequest.from_params, _plan)
