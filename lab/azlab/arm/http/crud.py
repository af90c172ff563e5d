"""Finding, showing and listing resources of any type."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from azlab.arm.core import resource_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.times import age
from azlab.arm.http.calls import Answer, Call
from azlab.faults import LATE
from azlab.store import Resource

PAGE = 20
"""Resources per page of a list. Azure's own number is not documented; this one is small enough for tests to meet a second page."""

View = Callable[[Lab, Resource], Json]
"""The body of a resource as a caller sees it."""


def get(call: Call, type: str) -> Resource:
    """The resource in the path, which must exist."""
    resource = call.lab.store.find(call.id(type))
    if resource is None:
        raise resource_errors.NO_RESOURCE(type=type, name=call.name, group=call.group)
    return resource


def as_stored(_lab: Lab, resource: Resource) -> Json:
    """The view of a resource type whose stored bodies are shown unchanged."""
    return resource.body


def showing(type: str, view: View) -> Callable[[Call], Answer]:
    """A handler that shows one resource."""

    def handler(call: Call) -> Answer:
        return Answer(200, view(call.lab, get(call, type)))

    return handler


def listing(type: str, view: View) -> Callable[[Call], Answer]:
    """A handler that lists the resources of a type, in a group or in the subscription."""

    def handler(call: Call) -> Answer:
        return paged(call, in_path(call, call.lab.store.list(type, call.path.get("group"))), view)

    return handler


def in_path(call: Call, resources: list[Resource]) -> list[Resource]:
    """Those of the resources that are in the subscription of the path."""
    root = f"/subscriptions/{call.subscription}/"
    return [each for each in resources if each.id.lower().startswith(root)]


def _listed(lab: Lab, resources: list[Resource]) -> list[Resource]:
    """The resources that a list shows: with `late_lists`, those of a type with a time of creation appear some seconds later."""
    if not lab.faults.on("late_lists"):
        return resources
    return [each for each in resources if age(_created(each)) >= LATE]


def _created(resource: Resource) -> str | None:
    """The time at which a resource was created. Versions of gallery images show it as that of their publication."""
    profile: Json = resource.properties.get("publishingProfile") or {}
    return resource.properties.get("timeCreated") or profile.get("publishedDate")


def paged(call: Call, resources: list[Resource], view: View) -> Answer:
    """One page of a list. `nextLink` is present if more pages follow."""
    resources = _listed(call.lab, resources)
    token = call.query.get("$skiptoken", "0")
    start = int(token) if token.isdigit() else 0
    body: Json = {"value": [view(call.lab, each) for each in resources[start : start + PAGE]]}
    if len(resources) > start + PAGE:
        query = {**call.query, "$skiptoken": str(start + PAGE)}
        body["nextLink"] = f"{call.host}{call.url_path}?" + "&".join(f"{key}={quote(value)}" for key, value in query.items())
    return Answer(200, body)


def check_location(resource: Resource | None, location: str) -> None:
    """Refuse to create a resource a second time in another region."""
    if resource and resource.location != location:
        raise resource_errors.OTHER_LOCATION(name=resource.name, there=resource.location, group=resource.group, location=location)


def base_body(call: Call, type: str, location: str, tags: dict[str, str] | None) -> Json:
    """The keys with which all bodies begin, in Azure's order."""
    body: Json = {"name": call.name, "id": call.id(type), "type": type, "location": location}
    if tags is not None:
        body["tags"] = tags
    return body
