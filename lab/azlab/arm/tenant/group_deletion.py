"""Deleting a resource group with everything in it. The deletion is followed at an address of its own, not at that of an operation."""

from __future__ import annotations

import base64
import uuid

from azlab.arm.compute.disks.disks import remove as remove_disk
from azlab.arm.compute.images.images import remove as remove_image
from azlab.arm.compute.machines.machines import remove as remove_machine
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab, now
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant import errors as tenant_errors
from azlab.arm.tenant.groups import get_group
from azlab.store import Resource

_MACHINES, _IMAGES = "microsoft.compute/virtualmachines", "microsoft.compute/images"
_DISKS = ("microsoft.compute/disks", "microsoft.compute/snapshots")


def delete_group(call: Call) -> Answer:
    """Delete a group with everything in it. The Location is polled until it answers 200."""
    group = get_group(call)
    id = base64.urlsafe_b64encode(uuid.uuid4().bytes * 3).decode().rstrip("=")
    record = {"id": id, "status": "InProgress", "startTime": now(), "resource": group.id}
    call.lab.operations.run(record, lambda: delete_everything(call.lab, group), call.fault)
    return Answer(202, None, _headers(call, id))


def _headers(call: Call, id: str) -> dict[str, str]:
    url = f"{call.host}/subscriptions/{call.lab.settings.subscription}/operationresults/{id}?api-version={call.version}"
    return {"Location": url, "Retry-After": "0" if call.lab.settings.hurry else "15"}


def show_deletion(call: Call) -> Answer:
    """How far the deletion of a group has come. Its error has keys with capitals (recorded)."""
    record = call.lab.store.find_operation(call.path["operation"])
    if record is None:
        raise errors.NO_ENTITY()
    if record["status"] == "InProgress":
        return Answer(202, None, _headers(call, record["id"]))
    if record["status"] == "Failed":
        return Answer(record.get("http", 409), {"Error": {key.capitalize(): value for key, value in record["error"].items()}})
    return Answer(200)


def delete_everything(lab: Lab, group: Resource) -> None:
    """Delete a group and all that is in it; refused while something outside uses one of its disks or interfaces."""
    root = f"{group.id}/".lower()
    held = [each.id for each in lab.store.list(group=group.name) if _used_outside(each, root)]
    if held:
        raise tenant_errors.GROUP_BLOCKED(group=group.name, resources=",".join(held))
    inside = lab.store.list(group=group.name)
    for each in inside:
        if each.type.lower() == _MACHINES:
            remove_machine(lab, each.id)
    for each in inside:
        kind = each.type.lower()
        if kind in _DISKS:
            if each.hidden.get("access") and "key" in each.hidden:
                lab.blobs.revoke(each.hidden["key"])
            remove_disk(lab, each.id)
        elif kind == _IMAGES:
            remove_image(lab, each.id)
    with lab.store.lock:
        for each in lab.store.list(group=group.name):
            if each.id.lower().startswith(root):
                lab.store.delete(each.id)
        lab.store.delete(group.id)


def _used_outside(resource: Resource, root: str) -> bool:
    user = resource.body.get("managedBy") or resource.hidden.get("vm")
    return bool(user) and not str(user).lower().startswith(root)


ROUTES = [
    Route("DELETE", "/subscriptions/{subscription}/resourceGroups/{group}", delete_group, "group.delete"),
    Route("GET", "/subscriptions/{subscription}/operationresults/{operation}", show_deletion, "group.deletion"),
]
