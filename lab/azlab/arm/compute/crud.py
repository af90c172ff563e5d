"""What disks, snapshots, images and virtual machines have in common: names, listing with paging, finding, tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from azlab.arm.compute import errors as compute_errors
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, normal_id
from azlab.arm.http.versions import seen_by
from azlab.store import Resource

PAGE = 20
"""Resources on a page of a list. Azure's own number is not documented; this one makes paging common enough to be met."""

_NAME = re.compile(r"^[^_\W][\w\-._]{0,79}(?<![-.])$")

View = Callable[[Lab, Resource], dict[str, Any]]


def check_name(name: str) -> None:
    """Refuse a name that breaks the rule of Microsoft.Compute."""
    if not _NAME.match(name):
        raise compute_errors.BAD_NAME(name=name)


def check_location(resource: Resource | None, location: str, call: Call) -> None:
    """Refuse to create a resource a second time in another region."""
    if resource and resource.location != location:
        raise errors.OTHER_LOCATION(name=resource.name, there=resource.location, group=resource.group, location=location)


def get(call: Call, type: str) -> Resource:
    """The resource in the path, which must be there."""
    resource = call.lab.store.find(call.id(type))
    if resource is None:
        raise errors.NO_RESOURCE(type=type, name=call.name, group=call.group)
    return resource


def get_source(lab: Lab, id: str, *types: str) -> Resource:
    """A resource that another one refers to."""
    found = lab.store.find(normal_id(id))
    if found is None or found.type.lower() not in {type.lower() for type in types}:
        parts = normal_id(id).split("/")
        group = parts[4] if len(parts) > 4 else ""
        raise compute_errors.NO_SOURCE(type=types[0], name=parts[-1], group=group)
    return found


def page(call: Call, resources: list[Resource], view: View) -> Answer:
    """One page of a list; `nextLink` is there as long as more follow."""
    start = int(call.query.get("$skiptoken", "0")) if call.query.get("$skiptoken", "0").isdigit() else 0
    body: dict[str, Any] = {"value": [seen_by(call.version, view(call.lab, each)) for each in resources[start : start + PAGE]]}
    if len(resources) > start + PAGE:
        query = {**call.query, "$skiptoken": str(start + PAGE)}
        body["nextLink"] = f"{call.host}{call.url_path}?" + "&".join(f"{key}={quote(value)}" for key, value in query.items())
    return Answer(200, body)


def listing(type: str, view: View) -> Callable[[Call], Answer]:
    """A handler that lists a type, in a group or in the subscription."""

    def handler(call: Call) -> Answer:
        return page(call, call.lab.store.list(type, call.path.get("group")), view)

    return handler


def base_body(call: Call, type: str, location: str, tags: dict[str, str] | None) -> dict[str, Any]:
    """The beginning that all bodies share, in Azure's order of keys."""
    body: dict[str, Any] = {"name": call.name, "id": call.id(type), "type": type, "location": location}
    if tags is not None:
        body["tags"] = tags
    return body
