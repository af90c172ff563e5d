# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks request bodies on galleries against the types of azure-mgmt-compute: names, nesting, types and known values.

Azure ignores a misspelt key without a word, and our gateway sends bytes, so that no SDK can notice one either. The types of
azure-mgmt-compute 33 lack properties that we send; an interpreter with that version does not check (`TYPES` is None there).
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from requests import PreparedRequest
from requests.adapters import HTTPAdapter

REFUSED = 400
"""Statuses from this one on are refusals."""
TYPES = find_spec("azure.mgmt.compute.types")
"""The place of the types of request bodies; None with an azure-mgmt-compute that has none."""

_PATH = re.compile(r"/providers/Microsoft\.Compute/(?P<rest>galleries/[^?]+)", re.IGNORECASE)
_BODIES = {
    ("PUT", "galleries"): "Gallery",
    ("PATCH", "galleries"): "GalleryUpdate",
    ("POST", "galleries/share"): "SharingUpdate",
    ("PUT", "galleries/images"): "GalleryImage",
    ("PATCH", "galleries/images"): "GalleryImageUpdate",
    ("PUT", "galleries/images/versions"): "GalleryImageVersion",
    ("PATCH", "galleries/images/versions"): "GalleryImageVersionUpdate",
}
"""The type of the body of each request. PATCH bodies may lack what the types require."""


class WrongBody(AssertionError):
    """A request body that Azure would refuse, or whose misspelt keys it would ignore."""


def require_body(method: str, path: str, body: Any, shown: Any = None) -> None:
    """Fail if a request on a gallery, or on anything in one, has a body that does not fit; other requests pass.

    ``shown`` is the resource as Azure has shown it: properties that no type knows may be sent back.
    """
    match = _PATH.search(path)
    if TYPES is None or match is None or method not in ("PUT", "PATCH", "POST") or _is_of_another_provider(match["rest"]):
        return
    kind = "/".join(match["rest"].split("/")[::2]) if method != "POST" else "galleries/" + match["rest"].split("/")[2]
    known = flaws(method, kind, shown, complete=False) if shown else []
    found = [flaw for flaw in flaws(method, kind, body) if flaw not in known]
    if found:
        raise WrongBody(f"{method} {match['rest']}: " + "; ".join(found))


def _is_of_another_provider(path: str) -> bool:
    """Whether a path is of something on a gallery that is not a part of it, such as a management lock."""
    return "/providers/" in path.casefold()


def flaws(method: str, kind: str, body: Any, complete: bool = True) -> list[str]:
    """The mistakes in the body of a request on a kind of resource, such as `galleries/images`; the action `share` counts as one.

    ``complete``: required properties must be there, unless the request is a PATCH.
    """
    name = _BODIES.get((method, kind))
    if name is None:
        return [f"{method} on {kind} is not a request that azure-mgmt-compute knows"]
    return list(_flaws(_namespace()[name], body, "$", complete and method != "PATCH"))


def check_sent_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check every request that `requests`, the transport of azure-core, sends from this process."""
    send = HTTPAdapter.send

    def checked(adapter: HTTPAdapter, request: PreparedRequest, *arguments: Any, **options: Any) -> Any:
        if request.body:
            require_body(str(request.method), str(request.url), _parsed(request.body))
        return send(adapter, request, *arguments, **options)

    monkeypatch.setattr(HTTPAdapter, "send", checked)


def require_logged_bodies(log: Path, start: int) -> None:
    """Check what a lab has logged since its log had a size: the bodies of all requests of any client, but those that it refused.

    Tests of the lab itself send wrong bodies on purpose, which the lab must refuse.
    """
    with log.open("rb") as file:
        file.seek(start)
        for line in map(json.loads, (line for line in file if line.endswith(b"\n"))):
            if line["phase"] == "out" and "body" in line and line["status"] < REFUSED:
                require_body(line["method"], line["path"], _parsed(line["body"]))


def _parsed(content: Any) -> Any:
    """A body as JSON; None if it is something else, such as pages of a disk."""
    try:
        return json.loads(content)
    except (TypeError, ValueError):
        return None


@cache
def _namespace() -> dict[str, Any]:
    """The types of azure-mgmt-compute by name: those of request bodies, and the enumerations."""
    from azure.mgmt.compute import models, types

    return {**vars(models), **vars(types)}


def _flaws(expected: Any, value: Any, path: str, complete: bool) -> Iterator[str]:
    origin, parts = typing.get_origin(expected), typing.get_args(expected)
    if hasattr(expected, "__required_keys__"):
        yield from _flaws_of_object(expected, value, path, complete)
    elif origin is list:
        yield from _wrong_type(list, value, path) or _of_items(parts[0], value, path, complete)
    elif origin is dict:
        yield from _wrong_type(dict, value, path) or _of_values(parts[1], value, path, complete)
    elif origin is typing.Union:
        yield from _flaws_of_union(parts, value, path)
    elif expected is not Any:
        yield from _wrong_type(expected, value, path)


def _flaws_of_object(expected: Any, value: Any, path: str, complete: bool) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield from _wrong_type(dict, value, path)
        return
    hints = typing.get_type_hints(expected, _namespace(), include_extras=True)
    fields = _fields(expected.__name__)
    for key in sorted(value.keys() - hints.keys()):
        yield f"{path}.{key} is not a key of {expected.__name__}"
    required = {key for key, hint in hints.items() if _is_required(hint)}
    for key in sorted(required - value.keys()) if complete else ():
        yield f"{path}.{key} is missing"
    for key in sorted(value.keys() & hints.keys()):
        if fields[key]._visibility == ["read"]:
            yield f"{path}.{key} can only be read"
        elif fields[key]._format == "rfc3339":
            yield from _flaws_of_time(value[key], f"{path}.{key}")
        else:
            yield from _flaws(_bare(hints[key]), value[key], f"{path}.{key}", complete)


def _is_required(hint: Any) -> bool:
    """Whether a key is declared as `Required`. The types' own list of required keys also has what subclasses only add."""
    return "Required" in str(typing.get_origin(hint))


def _bare(hint: Any) -> Any:
    """A type without its `Required`."""
    return typing.get_args(hint)[0] if _is_required(hint) else hint


@cache
def _fields(name: str) -> dict[str, Any]:
    """The fields of the model of this name, by their names in JSON: they know what can only be read, and formats."""
    from azure.mgmt.compute import models

    model: Any = getattr(models, name)
    model({})  # The first instance of a model names its fields.
    return {field._rest_name: field for field in model._attr_to_rest_field.values()}


def _flaws_of_union(parts: tuple[Any, ...], value: Any, path: str) -> Iterator[str]:
    """A union is an enumeration or text, whose values are those of the enumeration; or one type or null."""
    known = [member.value for part in parts if isinstance(part, type) and issubclass(part, Enum) for member in part]
    if known:
        if value not in known:
            yield f"{path} is {value!r}, not one of {', '.join(map(str, known))}"
    elif not (value is None and type(None) in parts):
        yield from _flaws(parts[0], value, path, complete=True)


def _flaws_of_time(value: Any, path: str) -> Iterator[str]:
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        yield f"{path} is {value!r}, not a time such as 2027-01-31T00:00:00Z"


def _of_items(expected: Any, value: list[Any], path: str, complete: bool) -> list[str]:
    return [flaw for index, item in enumerate(value) for flaw in _flaws(expected, item, f"{path}[{index}]", complete)]


def _of_values(expected: Any, value: dict[str, Any], path: str, complete: bool) -> list[str]:
    return [flaw for key, item in value.items() for flaw in _flaws(expected, item, f"{path}.{key}", complete)]


def _wrong_type(expected: Any, value: Any, path: str) -> list[str]:
    """Nothing if a value has a JSON type: true and false are not numbers."""
    kinds: dict[Any, Any] = {dict: Mapping, float: (int, float)}
    fits = isinstance(value, kinds.get(expected, expected)) and (expected is bool or not isinstance(value, bool))
    return [] if fits else [f"{path} is {value!r}, not {expected.__name__}"]
