"""A request as a handler receives it, its answer, and the table of routes that leads from one to the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from azlab.arm.core.ids import resource_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.http import body_errors, path_errors
from azlab.faults import Fault


@dataclass(frozen=True)
class Call:
    """One request. `path` holds the values of the route's placeholders; `host` is the address under which the caller knows the lab."""

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
    def body(self) -> Json:
        """The JSON object in the request; an empty one if the request has no body."""
        if self.json is None:
            return {}
        if not isinstance(self.json, dict):
            raise body_errors.BAD_JSON(detail="the body is not a JSON object")
        return self.json

    @property
    def version(self) -> str:
        """The api-version of the request."""
        return self.query.get("api-version", "")

    @property
    def subscription(self) -> str:
        """The subscription in the path; that of the lab's client if the path is not in a subscription."""
        return self.path.get("subscription", self.lab.settings.subscription).lower()

    @property
    def group(self) -> str:
        """The resource group in the path."""
        return self.path["group"]

    @property
    def name(self) -> str:
        """The resource's name in the path."""
        return self.path["name"]

    def id(self, type: str, name: str | None = None) -> str:
        """The id of a resource of this type in the request's group. `name` defaults to the name in the path."""
        return resource_id(self.subscription, self.group, type, name or self.name)


@dataclass(frozen=True)
class Answer:
    """The answer to a request. If `body` is None, the answer has no body."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One row of a table of routes: method and path template lead to a handler.

    `op` names the route in the request log and in fault rules. `bucket` is the throttling bucket that Azure reports for it. A `public`
    route needs no token and no api-version.
    """

    method: str
    template: str
    handler: Handler
    op: str
    bucket: str = ""
    public: bool = False


class Router:
    """Finds the route of a request. Paths are compared without case, as ARM does."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(_pattern(route.template), route) for route in routes]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and the values of its placeholders, or None if there is no such path. A path without this method is a 405."""
        known = False
        for pattern, route in self._routes:
            match = pattern.fullmatch(path)
            if match:
                known = True
                if route.method == method:
                    return route, match.groupdict()
        if known:
            raise path_errors.NO_METHOD(method=method)
        return None


def _pattern(template: str) -> re.Pattern[str]:
    text = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
    return re.compile(text + "/?", re.IGNORECASE)


def in_group(namespace: str, path: str) -> str:
    """The template of a provider's path in a resource group."""
    return f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{namespace}/{path}"


def in_subscription(namespace: str, path: str) -> str:
    """The template of a provider's path in the subscription."""
    return f"/subscriptions/{{subscription}}/providers/{namespace}/{path}"
