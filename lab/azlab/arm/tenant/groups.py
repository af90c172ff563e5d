"""Resource groups: create, show, tag, list."""

from __future__ import annotations

from typing import Any

from azlab.arm.core.lab import Lab
from azlab.arm.http import errors as http_errors
from azlab.arm.http.calls import Answer, Call, Route, checked_tags, location_of
from azlab.arm.tenant import errors as tenant_errors
from azlab.store import Resource

_GROUPS = "/subscriptions/{subscription}/resourceGroups"
_TYPE = "Microsoft.Resources/resourceGroups"


def group_id(lab: Lab, name: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{lab.settings.subscription}/resourceGroups/{name}"


def put_group(call: Call) -> Answer:
    """Create a resource group, or change its tags."""
    location, tags = location_of(call.body, _TYPE), checked_tags(call.body)
    id = group_id(call.lab, call.group)
    with call.lab.store.lock:
        known = call.lab.store.find(id)
        if known and known.location != location:
            raise tenant_errors.OTHER_GROUP_LOCATION(location=location, there=known.location)
        group = known or Resource(id, _TYPE, call.group, call.group, _group_body(id, call.group, location))
        if tags is not None:
            group.body["tags"] = tags
        call.lab.store.put(group)
    return Answer(200 if known else 201, group.body)


def _group_body(id: str, name: str, location: str) -> dict[str, Any]:
    return {"id": id, "name": name, "type": _TYPE, "location": location, "properties": {"provisioningState": "Succeeded"}}


def get_group(call: Call) -> Resource:
    """The resource group in the path, which must exist."""
    group = call.lab.store.find(group_id(call.lab, call.group))
    if group is None:
        raise http_errors.NO_GROUP(group=call.group)
    return group


def show_group(call: Call) -> Answer:
    """One resource group."""
    return Answer(200, get_group(call).body)


def head_group(call: Call) -> Answer:
    """Whether a resource group exists."""
    return Answer(404 if call.lab.store.find(group_id(call.lab, call.group)) is None else 204)


def patch_group(call: Call) -> Answer:
    """Change the tags of a resource group."""
    with call.lab.store.lock:
        group = get_group(call)
        tags = checked_tags(call.body)
        if tags is not None:
            group.body["tags"] = tags
        call.lab.store.put(group)
    return Answer(200, group.body)


def list_groups(call: Call) -> Answer:
    """All resource groups."""
    return Answer(200, {"value": [group.body for group in call.lab.store.list(_TYPE.lower())]})


ROUTES = [
    Route("GET", _GROUPS, list_groups, "group.list"),
    Route("PUT", _GROUPS + "/{group}", put_group, "group.put"),
    Route("GET", _GROUPS + "/{group}", show_group, "group.get"),
    Route("HEAD", _GROUPS + "/{group}", head_group, "group.head"),
    Route("PATCH", _GROUPS + "/{group}", patch_group, "group.patch"),
]
