"""Lists of resources of every type, of a group or of the subscription."""

from __future__ import annotations

import re

from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant import group_errors

_ROOT = "/subscriptions/{subscription}"
_SHOWN = ("id", "name", "type", "location", "tags", "sku")


def list_resources(call: Call) -> Answer:
    """List the resources of a group or of the subscription, each with its main facts."""
    wanted = _filtered_type(call.query.get("$filter", ""))
    found = [each for each in call.lab.store.list(wanted, call.path.get("group")) if "/providers/" in each.id and each.type.count("/") == 1]
    return Answer(200, {"value": [{key: each.body[key] for key in _SHOWN if key in each.body} for each in found]})


def _filtered_type(text: str) -> str | None:
    """The resource type that a `$filter` asks for. The lab supports only this filter of Azure's and refuses the others."""
    match = re.fullmatch(r"\s*(?:resourceType\s+eq\s+'([^']+)')?\s*", text, re.IGNORECASE)
    if match is None:
        raise group_errors.BAD_FILTER(filter=text)
    return match[1]


ROUTES = [
    Route("GET", _ROOT + "/resourceGroups/{group}/resources", list_resources, "resource.list"),
    Route("GET", _ROOT + "/resources", list_resources, "resource.list"),
]
