# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images a list shows, and in what order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import IMAGE, ResourceId
from ..._core.limits import require_number
from ..._core.model.image import Image
from ..._core.references import require_group, require_name


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
        name, group, limit = params.get("name"), params.get("resource_group"), params.get("limit")
        return cls(
            name=require_name("name", name) if name else None,
            resource_group=require_group(group) if group else None,
            tags=_tags(params.get("tags") or ()),
            limit=limit if limit is None else require_number("limit", limit),
        )

    @property
    def place(self) -> ResourceId | None:
        """What stands for the resource group that the list is of."""
        return ResourceId.of(IMAGE, self.resource_group, self.name or "") if self.resource_group else None


def chosen(request: ListRequest, images: Iterable[Image]) -> tuple[Image, ...]:
    """The images asked for: by group, then by name, where ``web-9`` stands before ``web-10``."""
    found = [image for image in images if _wants(request, image)]
    return tuple(sorted(found, key=lambda image: (natural(image.id.resource_group), natural(image.id.name))))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers inside a name by their value."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text.casefold()))


def _tags(given: Any) -> tuple[tuple[str, str | None], ...]:
    """Pairs of a name and a value, None for any value: from a list of name and name:value, or from a dictionary."""
    if isinstance(given, str):
        # What Ansible makes of a text elsewhere: a dictionary if it is JSON, else a list with commas.
        given = _dictionary(given) if given.lstrip().startswith("{") else given.split(",") if given else ()
    if isinstance(given, Mapping):
        return tuple((_tag_name(name), None if value is None else tag.require_text(name, value)) for name, value in given.items())
    if isinstance(given, list | tuple):
        return tuple(pair for each in given for pair in (_tags(each) if isinstance(each, Mapping) else (_tag(str(each).strip()),)))
    raise InvalidRequest(f"tags: give a list of name or name:value, or a dictionary, not {given!r}.")


def _tag(text: str) -> tuple[str, str | None]:
    """The first ':' or '=' ends the name; a name that holds one itself is given in a dictionary."""
    name, *value = re.split("[:=]", text, maxsplit=1)
    if not name:
        raise InvalidRequest(f"tags: {text!r} is not a tag: give name, name:value or name=value.")
    return name.casefold(), value[0] if value else None


def _tag_name(name: Any) -> str:
    if not name or not isinstance(name, str):
        raise InvalidRequest("tags: the name of a tag must be a string that is not empty.")
    return name.casefold()


def _dictionary(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidRequest(f"tags: {text!r} is not a dictionary in JSON.") from error


def _wants(request: ListRequest, image: Image) -> bool:
    tags = {name.casefold(): value for name, value in image.tags.items()}
    return (
        (request.name is None or image.id.name.casefold() == request.name.casefold())
        and (request.resource_group is None or image.id.resource_group.casefold() == request.resource_group.casefold())
        and all(name in tags and value in (None, tags[name]) for name, value in request.tags)
    )
