"""Resource groups: create, show, tag, list."""

from __future__ import annotations

from azlab.arm.core.ids import group_id
from azlab.arm.http import path_errors
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.http.crud import in_path
from azlab.arm.tenant import group_errors
from azlab.store import Resource

_GROUPS = "/subscriptions/{subscription}/resourceGroups"
_TYPE = "Microsoft.Resources/resourceGroups"


def put_group(call: Call) -> Answer:
    """Create a resource group, or change its tags."""
    location, tags = location_of(call.body, _TYPE), checked_tags(call.body)
    with call.lab.store.lock:
        known = call.lab.store.find(_id(call))
        if known and known.location != location:
            raise group_errors.OTHER_GROUP_LOCATION(location=location, there=known.location)
        group = known or _new_group(call, location)
        if tags is not None:
            group.body["tags"] = tags
        call.lab.store.put(group)
    return Answer(200 if known else 201, group.body)


def _id(call: Call) -> str:
    return group_id(call.subscription, call.group)


def _new_group(call: Call, location: str) -> Resource:
    id, properties = _id(call), {"provisioningState": "Succeeded"}
    body = {"id": id, "name": call.group, "type": _TYPE, "location": location, "properties": properties}
    return Resource(id, _TYPE, call.group, call.group, body)


def get_group(call: Call) -> Resource:
    """The resource group in the path, which must exist."""
    group = call.lab.store.find(_id(call))
    if group is None:
        raise path_errors.NO_GROUP(group=call.group)
    return group


def show_group(call: Call) -> Answer:
    """Show one resource group."""
    return Answer(200, get_group(call).body)


def head_group(call: Call) -> Answer:
    """Answer whether a resource group exists: 204 or 404."""
    return Answer(404 if call.lab.store.find(_id(call)) is None else 204)


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
    """List the resource groups of the subscription."""
    return Answer(200, {"value": [group.body for group in in_path(call, call.lab.store.list(_TYPE))]})


ROUTES = [
    Route("GET", _GROUPS, list_groups, "group.list"),
    Route("PUT", _GROUPS + "/{group}", put_group, "group.put"),
    Route("GET", _GROUPS + "/{group}", show_group, "group.get"),
    Route("HEAD", _GROUPS + "/{group}", head_group, "group.head"),
    Route("PATCH", _GROUPS + "/{group}", patch_group, "group.patch"),
]
