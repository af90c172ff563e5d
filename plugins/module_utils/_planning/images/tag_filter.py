# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option tags of a list: names, or names with values, in any of the forms that users write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest


def parse_tag_filter(given: Any) -> tuple[tuple[str, str | None], ...]:
    """Pairs of a name and a value, None for any value: from a list of name and name:value, or from a dictionary."""
    if isinstance(given, str):
        # Ansible reads a string the same way for other options: a dictionary if it is JSON, else a list with commas.
        given = _dictionary(given) if given.lstrip().startswith("{") else given.split(",") if given else ()
    if isinstance(given, Mapping):
        return tuple((_tag_name(name), None if value is None else tag.require_text(name, value)) for name, value in given.items())
    if isinstance(given, list | tuple):
        return tuple(
            pair for each in given for pair in (parse_tag_filter(each) if isinstance(each, Mapping) else (_tag(str(each).strip()),))
        )
    raise InvalidRequest(f"tags: give a list of name or name:value, or a dictionary, not {given!r}.")


def _tag(text: str) -> tuple[str, str | None]:
    """Split a tag at the first ':' or '='. A name that contains one of them must be given in a dictionary."""
    name, *value = re.split("[:=]", text, maxsplit=1)
    if not name:
        raise InvalidRequest(f"tags: {text!r} is not a valid tag: give name, name:value or name=value.")
    return name.casefold(), value[0] if value else None


def _tag_name(name: Any) -> str:
    """The name of a tag in lower case."""
    if not name or not isinstance(name, str):
        raise InvalidRequest("tags: the name of a tag must be a string that is not empty.")
    return name.casefold()


def _dictionary(text: str) -> Any:
    """The dictionary in a JSON string."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidRequest(f"tags: {text!r} is not a dictionary in JSON.") from error
