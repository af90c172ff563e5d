"""A request as a handler sees it, its answer, and the table that leads from one to the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azlab.arm.http import errors as http_errors
from azlab.faults import Fault
from azlab.settings import LOCATIONS

if TYPE_CHECKING:
    from azlab.arm.core.lab import Lab

COMPUTE = "Microsoft.Compute"
NETWORK = "Microsoft.Network"


@dataclass(frozen=True)
class Call:
    """One request. `path` holds what the route's placeholders stand for; `host` is how the caller addresses the lab."""

    lab: Lab
    method: str
    url_path: str
    path: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    json: Any
    host: str
    fault: Fault | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that the request carries; an empty one when it carries none."""
        if self.json is None:
            return {}
        if not isinstance(self.json, dict):
            raise http_errors.BAD_JSON(detail="the body is not a JSON object")
        return self.json

    @property
    def version(self) -> str:
        """The api-version asked for."""
        return self.query.get("api-version", "")

    @property
    def group(self) -> str:
        """The resource group in the path."""
        return self.path["group"]

    @property
    def name(self) -> str:
        """The resource's name in the path."""
        return self.path["name"]

    def id(self, type: str, name: str | None = None) -> str:
        """The id of a resource of this type in this call's group."""
        return resource_id(self.lab.settings.subscription, self.group, type, name or self.name)


@dataclass(frozen=True)
class Answer:
    """What goes back to the caller. A body of None is no body at all."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One line of a resource's table: method and template lead to a handler; `op` names it in logs and faults."""

    method: str
    template: str
    handler: Handler
    op: str
    bucket: str = ""
    public: bool = False


class Router:
    """Finds the route of a request. Paths are compared without case, as ARM does."""

    def __init__(self, *tables: list[Route]) -> None:
        self._routes = [(_pattern(route.template), route) for table in tables for route in table]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and what its placeholders stand for; None when there is no such path. Another method is a 405."""
        known = False
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if match:
                known = True
                if route.method == method:
                    return route, match.groupdict()
        if known:
            raise http_errors.NO_METHOD(method=method)
        return None


def _pattern(template: str) -> re.Pattern[str]:
    text = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
    return re.compile(text + "/?", re.IGNORECASE)


def in_group(namespace: str, type: str, tail: str = "") -> str:
    """The template of a resource in a group."""
    return f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{namespace}/{type}{tail}"


def in_subscription(namespace: str, tail: str) -> str:
    """The template of something of a provider in the subscription."""
    return f"/subscriptions/{{subscription}}/providers/{namespace}/{tail}"


def resource_id(subscription: str, group: str, type: str, name: str) -> str:
    """The id of a top-level resource; `type` includes the namespace."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{type}/{name}"


def normal_id(id: str) -> str:
    """An id with its leading slash: callers sometimes leave it out, and Azure adds it."""
    return "/" + id.strip("/")


def location_of(body: dict[str, Any], type: str) -> str:
    """The region of a body in its canonical spelling."""
    given = body.get("location")
    if not given:
        raise http_errors.NO_LOCATION()
    location = str(given).lower().replace(" ", "")
    if location not in LOCATIONS:
        raise http_errors.BAD_LOCATION(location=given, type=type, known=",".join(LOCATIONS))
    return location


def checked_tags(body: dict[str, Any]) -> dict[str, str] | None:
    """The tags of a body, refused where Azure refuses them; None when the body says nothing about tags."""
    tags = body.get("tags")
    if tags is None:
        return None
    bad = [name for name in tags if re.search(r"[<>%&\\?/\x00-\x1f]", name)]
    if bad:
        raise http_errors.BAD_TAGS(names=",".join(bad))
    if len(tags) > 50:
        raise http_errors.MANY_TAGS()
    for value in tags.values():
        if len(str(value)) > 256:
            raise http_errors.LONG_TAG(value=value)
    return {str(name): str(value) for name, value in tags.items()}
