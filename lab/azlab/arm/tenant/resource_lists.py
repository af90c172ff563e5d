"""Lists of resources of every type, of a group or of the subscription."""

from __future__ import annotations

import re

from azlab.arm.core.json import Json
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.http.crud import in_path
from azlab.arm.tenant import group_errors
from azlab.store import Resource

_ROOT = "/subscriptions/{subscription}"
_SHOWN = ("id", "name", "type", "location", "tags", "sku")


def list_resources(call: Call) -> Answer:
    """List the resources of a group or of the subscription, each with its main facts."""
    wanted = _filtered_type(call.query.get("$filter", ""))
    found = in_path(call, call.lab.store.list(wanted, call.path.get("group")))
    return Answer(200, {"value": [_entry(each) for each in found if is_tracked(each)]})


def is_tracked(resource: Resource) -> bool:
    """Whether ARM lists the resource: those nested in another are listed only if they have a region of their own."""
    return "/providers/" in resource.id and (resource.type.count("/") == 1 or "location" in resource.body)


def _entry(resource: Resource) -> Json:
    """The main facts of a resource. The name of a nested one begins with that of its parent."""
    facts = {key: resource.body[key] for key in _SHOWN if key in resource.body}
    return {**facts, "name": "/".join(resource.id.split("/")[8::2])}


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
