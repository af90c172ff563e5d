"""Deleting a resource group with everything in it. The deletion is followed at an address of its own, not at that of an operation."""

from __future__ import annotations

import base64
import uuid

from azlab.arm import registry
from azlab.arm.core import resource_errors
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant import group_errors
from azlab.arm.tenant.groups import get_group
from azlab.store import Resource


def delete_group(call: Call) -> Answer:
    """Delete a group with everything in it. The address in Location answers 202 until the group is deleted, then 200."""
    group = get_group(call)
    id = base64.urlsafe_b64encode(uuid.uuid4().bytes * 3).decode().rstrip("=")
    call.lab.operations.begin(lambda: delete_everything(call.lab, group), resource=group.id, fault=call.fault, id=id)
    return Answer(202, None, _headers(call, id))


def _headers(call: Call, id: str) -> dict[str, str]:
    url = f"{call.host}/subscriptions/{call.subscription}/operationresults/{id}?api-version={call.version}"
    return {"Location": url, "Retry-After": "0" if call.lab.settings.hurry else "15"}


def show_deletion(call: Call) -> Answer:
    """Show how far the deletion of a group has come. The keys of its error begin with capital letters (recorded)."""
    record = call.lab.store.find_operation(call.path["operation"])
    if record is None:
        raise resource_errors.NO_ENTITY()
    if record["status"] == "InProgress":
        return Answer(202, None, _headers(call, record["id"]))
    if record["status"] == "Failed":
        return Answer(record.get("http", 409), {"Error": {key.capitalize(): value for key, value in record["error"].items()}})
    return Answer(200)


def delete_everything(lab: Lab, group: Resource) -> None:
    """Delete a group and all resources in it. Refused while a resource outside the group uses one inside."""
    root = f"{group.id}/".lower()
    inside = [(registry.TYPES[each.type.lower()], each) for each in lab.store.list(group=group.name) if each.id.lower().startswith(root)]
    held = [each.id for kind, each in inside if not _is_inside(kind.user(each), root)]
    if held:
        raise group_errors.GROUP_BLOCKED(group=group.name, resources=",".join(held))
    for kind, each in sorted(inside, key=lambda item: not item[0].removed_first):
        if kind.remove is not None:
            kind.remove(lab, each)
    with lab.store.lock:
        for each in lab.store.list(group=group.name):
            if each.id.lower().startswith(root):
                lab.store.delete(each.id)
        lab.store.delete(group.id)


def _is_inside(user: str | None, root: str) -> bool:
    """Whether the user of a resource, if any, is in the group itself."""
    return not user or user.lower().startswith(root)


ROUTES = [
    Route("DELETE", "/subscriptions/{subscription}/resourceGroups/{group}", delete_group, "group.delete"),
    Route("GET", "/subscriptions/{subscription}/operationresults/{operation}", show_deletion, "group.deletion"),
]
