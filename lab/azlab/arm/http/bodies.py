"""The parts of a request's body that all resource types share: region and tags."""

from __future__ import annotations

import re

from azlab.arm.core.json import Json
from azlab.arm.http import body_errors
from azlab.settings import LOCATIONS

_RESERVED = re.compile(r"[<>%&\\?/\x00-\x1f]")
_MOST_TAGS, _LONGEST_VALUE = 50, 256
VM_TAG_CHARACTERS = 2048
"""https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations"""


def location_of(body: Json, type: str) -> str:
    """The region of a body in its canonical spelling. A missing or unknown region is refused."""
    given = body.get("location")
    if not given:
        raise body_errors.NO_LOCATION()
    location = str(given).lower().replace(" ", "")
    if location not in LOCATIONS:
        raise body_errors.BAD_LOCATION(location=given, type=type, known=",".join(LOCATIONS))
    return location


def checked_tags(body: Json, total: int | None = None) -> dict[str, str] | None:
    """The tags of a body, or None if the body has no tags. Tags that Azure refuses are refused; `total` limits all of their characters."""
    tags = body.get("tags")
    if tags is None:
        return None
    bad = [name for name in tags if _RESERVED.search(name)]
    if bad:
        raise body_errors.BAD_TAGS(names=",".join(bad))
    if len(tags) > _MOST_TAGS:
        raise body_errors.MANY_TAGS()
    for value in tags.values():
        if len(str(value)) > _LONGEST_VALUE:
            raise body_errors.LONG_TAG(value=value)
    folded = [name.casefold() for name in tags]
    if twins := [name for name in tags if folded.count(name.casefold()) > 1]:
        raise body_errors.TWIN_TAGS(names=",".join(twins))
    characters = sum(len(name) + len(str(value)) for name, value in tags.items())
    if total is not None and characters > total:
        raise body_errors.LONG_TAGS(total=characters)
    return {str(name): str(value) for name, value in tags.items()}
