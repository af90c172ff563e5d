"""How galleries and what is nested in them come into being, change and go: the states and the answers that they have in common."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from azlab.arm.compute.common import GALLERY, check_name
from azlab.arm.compute.galleries import errors as gallery_errors
from azlab.arm.core import resource_errors
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting, is_pending, settle
from azlab.arm.core.times import age
from azlab.arm.http.calls import Answer, Call
from azlab.arm.http.long_running import CAPS_OPERATIONS, accepted
from azlab.faults import LATE
from azlab.store import Resource

VERSIONS = (
    *("2026-03-03", "2025-12-03", "2025-03-03", "2024-03-03", "2023-07-03", "2022-08-03", "2022-03-03", "2022-01-03"),
    *("2021-10-01", "2021-07-01", "2020-09-30", "2019-12-01", "2019-07-01"),
)
"""The api-versions of galleries, the newest first."""


def id_in(call: Call) -> str:
    """The id of the gallery, definition or version in the path, with the spelling of the request's names."""
    if "gallery" not in call.path:
        return call.id(GALLERY)
    return f"{_parent_id(call)}/{'versions' if 'image' in call.path else 'images'}/{call.name}"


def _parent_id(call: Call) -> str:
    """The id of the gallery or definition above the resource, or the list of resources, in the path."""
    gallery = call.id(GALLERY, call.path["gallery"])
    return f"{gallery}/images/{call.path['image']}" if "image" in call.path else gallery


def parent_of(call: Call) -> Resource:
    """The gallery or definition in which the resource, or the list, of the path is nested. It must exist."""
    id = _parent_id(call)
    parent = call.lab.store.find(id)
    if parent is None or is_deleting(parent):
        raise gallery_errors.NO_PARENT(parent="/".join(id.split("/")[8::2]))
    return parent


def find_in(call: Call, type: str) -> Resource:
    """The gallery, definition or version in the path, which must exist."""
    found = call.lab.store.find(id_in(call))
    if found is None:
        if type != GALLERY:
            parent_of(call)
        place = id_in(call).rpartition("/")[0].partition("/providers/")[2]
        raise resource_errors.NO_RESOURCE(type=place, name=call.name, group=call.group)
    return found


def check_free(resource: Resource) -> None:
    """Refuse to change a resource while an operation on it runs."""
    if is_deleting(resource):
        raise gallery_errors.DELETING(name=resource.name)
    if is_pending(resource):
        raise resource_errors.BUSY()


def check_end(call: Call) -> None:
    """Refuse a name that breaks the rules of all names in galleries."""
    if call.name[-1] in "._":
        names = "/".join(id_in(call).split("/")[8::2])
        raise gallery_errors.BAD_END(name=names, end=call.name[-1])
    check_name(call.name)


def create(call: Call, resource: Resource, finish: Callable[[], None] = lambda: None, retry_after: int | None = None) -> Answer:
    """Store a new resource and answer the PUT that asked for it. `finish` is the work after which the resource is complete."""
    lab = call.lab
    resource.properties["provisioningState"] = "Creating"
    lab.store.put(resource)

    def work() -> None:
        finish()
        _settled(lab, resource.id)

    return _accepted(call, work, resource, status=201, retry_after=retry_after)


def change(call: Call, changed: Resource, state: str = "Updating", status: int = 200) -> Answer:
    """Answer a request that changes a resource. `state` is the provisioning state in the answer, which a 202 does not show."""
    lab = call.lab
    changed.properties["provisioningState"] = state
    known = lab.store.find(changed.id)
    if known is None:
        raise resource_errors.NO_ENTITY()
    known.properties["provisioningState"] = "Updating"
    lab.store.put(known)

    def work() -> None:
        with lab.store.lock:
            lab.store.put(changed)
            _settled(lab, changed.id)

    return _accepted(call, work, changed, status)


def remove(call: Call, resource: Resource) -> Answer:
    """Delete a resource in which nothing is nested."""
    lab = call.lab
    check_free(resource)
    resource.properties["provisioningState"] = "Deleting"
    lab.store.put(resource)
    return _accepted(call, lambda: lab.store.delete(resource.id), resource, status=202)


def _accepted(call: Call, work: Callable[[], None], resource: Resource, status: int, retry_after: int | None = None) -> Answer:
    """Begin an operation on a resource and answer with the resource; a 202 has no body."""
    body, place = None if status == 202 else resource.body, resource.location
    return accepted(call, work, place, status=status, body=body, resource=resource.id, kind=CAPS_OPERATIONS, retry_after=retry_after)


def _settled(lab: Lab, id: str) -> None:
    with lab.store.lock:
        resource = lab.store.find(id)
        if resource and not is_deleting(resource):
            settle(resource, complete=True)
            lab.store.put(resource)


def settle_part(resource: Resource) -> None:
    """The state after a failed operation: Failed for a resource that was still being created."""
    settle(resource, complete=resource.properties.get("provisioningState") != "Creating")


def check_empty(lab: Lab, resource: Resource) -> None:
    """Refuse to delete a gallery or a definition while something is nested in it."""
    found = [each.id for each in nested_in(lab, resource)] or _just_deleted(lab, resource)
    if found:
        raise gallery_errors.NESTED_RESOURCES(nested=", ".join(id.partition("/providers/")[2] for id in found))


def _just_deleted(lab: Lab, resource: Resource) -> list[str]:
    """The ids of resources that were nested in this one until some seconds ago, if `late_nested_deletion` is on.

    https://github.com/Azure/azure-rest-api-specs/issues/11559 and https://github.com/Azure/azure-sdk-for-python/issues/25506 saw that a GET
    already answered 404.
    """
    if not lab.faults.on("late_nested_deletion"):
        return []
    root, ended = f"{resource.id}/".lower(), lab.store.operations("Succeeded")
    recent = [str(record["resource"]) for record in ended if record["resource"] and age(record["endTime"]) < LATE]
    return [id for id in recent if id.lower().startswith(root) and lab.store.find(id) is None]


def nested_in(lab: Lab, resource: Resource) -> list[Resource]:
    """The definitions of a gallery, or the versions of a definition, in the order of their creation."""
    depth, root = resource.id.count("/") + 2, f"{resource.id}/".lower()
    found = lab.store.list(group=resource.group)
    return [each for each in found if each.id.lower().startswith(root) and each.id.count("/") == depth]


def shown_date(value: Any, parameter: str, known: str | None = None) -> str:
    """An end-of-life date as Azure shows it. It must be in the future, unless it is the `known` one of the resource."""
    try:
        date = datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise gallery_errors.BAD_DATE(value=value, parameter=parameter) from None
    date = date if date.tzinfo else date.replace(tzinfo=datetime.timezone.utc)
    fraction = f"{date.microsecond:06}0".rstrip("0")
    offset = date.strftime("%z")
    text = date.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + f"{offset[:3]}:{offset[3:]}"
    if text != known and date <= datetime.datetime.now(datetime.timezone.utc):
        raise gallery_errors.PAST_END_OF_LIFE(target=parameter)
    return text
