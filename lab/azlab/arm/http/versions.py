"""Properties that an older api-version does not show yet.

A client that uses an old version must not receive properties that were added later: recorded traffic shows which version added which, and
a recorded answer has no more properties than its version knew. Each resource type says when its properties were added, as dotted paths; a
path into a list applies to each of its items.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Since = Mapping[str, Mapping[str, str]]
"""Type in lower case -> dotted path of a property -> the first api-version that shows it."""


def seen_by(version: str, body: Any, since: Since) -> Any:
    """A resource, a list of resources or the output of an operation as a caller of this api-version sees it."""
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("value"), list):
        return {**body, "value": [_seen_by(version, each, since) for each in body["value"]]}
    properties = body.get("properties")
    if isinstance(properties, dict) and "output" in properties:
        return {**body, "properties": {**properties, "output": _seen_by(version, properties["output"], since)}}
    return _seen_by(version, body, since)


def _seen_by(version: str, body: Any, since: Since) -> Any:
    """One resource; a body without a type is returned unchanged."""
    if not isinstance(body, dict):
        return body
    late = [path for path, first in since.get(str(body.get("type", "")).lower(), {}).items() if version < first]
    if not late:
        return body
    body = copy.deepcopy(body)
    for path in late:
        _remove(body, path.split("."))
    return body


def _remove(body: Any, path: list[str]) -> None:
    if isinstance(body, list):
        for item in body:
            _remove(item, path)
    elif isinstance(body, dict):
        if len(path) == 1:
            body.pop(path[0], None)
        else:
            _remove(body.get(path[0]), path[1:])
