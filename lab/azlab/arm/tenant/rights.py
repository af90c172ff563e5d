"""The rights of the one client: it has all of them, except where `<state>/rights.json` assigns others.

    [{"scope": "/subscriptions/s/resourceGroups/g", "actions": ["*/read"], "notActions": []}]

An assignment holds for its scope and everything below it. Where any assignment holds, only what the assignments allow is allowed. The file
is read with each request. In the subscription of a neighbour, which a lab with a seed has, only some galleries may be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from azlab.arm.compute.others.generate import neighbour
from azlab.arm.compute.others.planting import readable
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant import right_errors
from azlab.settings import Settings

FILE = "rights.json"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_PERMISSIONS = "providers/Microsoft.Authorization/permissions"
_READ_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/read"
_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


@dataclass(frozen=True)
class Assignment:
    """The actions that are allowed at a scope and below it."""

    scope: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()

    def holds_at(self, path: str) -> bool:
        """Whether the assignment holds at a path."""
        return f"{path.rstrip('/')}/".lower().startswith(f"{self.scope.rstrip('/')}/".lower())

    def allows(self, action: str) -> bool:
        """Whether the assignment allows an action."""
        return _matches(self.actions, action) and not _matches(self.not_actions, action)


ALL = Assignment("/", ("*",))


def assignments_at(settings: Settings, path: str) -> list[Assignment]:
    """The assignments that hold at a path."""
    try:
        rows = json.loads((settings.state / FILE).read_text())
    except FileNotFoundError:
        rows = []
    known = [Assignment(row["scope"], tuple(row["actions"]), tuple(row.get("notActions", ()))) for row in rows]
    at_neighbours = _at_neighbours(settings, path)
    holding = [each for each in (*known, *at_neighbours) if each.holds_at(path)]
    return holding if at_neighbours else holding or [ALL]


def _at_neighbours(settings: Settings, path: str) -> list[Assignment]:
    """The assignments in a neighbour's subscription, if the path is in it. Who reads something in a subscription sees it and its groups."""
    seed = settings.catalogue_seed
    if seed is None or not Assignment(root := f"/subscriptions/{neighbour(seed)}", ()).holds_at(path):
        return []
    return [Assignment(root, (_READ_GROUPS,)), *(Assignment(each, ("*/read",)) for each in readable(seed))]


def check(call: Call) -> None:
    """Refuse a request that no assignment allows."""
    action, scope = action_of(call.method, call.url_path)
    if not any(each.allows(action) for each in assignments_at(call.lab.settings, scope)):
        raise right_errors.NO_RIGHT(client=call.lab.settings.client_id, action=action, scope=scope)


def is_readable(settings: Settings, id: str) -> bool:
    """Whether the client may read a resource."""
    action, scope = action_of("GET", id)
    return any(each.allows(action) for each in assignments_at(settings, scope))


def action_of(method: str, path: str) -> tuple[str, str]:
    """The action of a request, and the scope at which it must be allowed."""
    scope, found, below = path.rstrip("/").rpartition("/providers/")
    if not found:
        return f"Microsoft.Resources/subscriptions/resourceGroups/{_VERBS.get(method, 'action')}", path
    namespace, *words = below.split("/")
    types, is_complete = words[0::2], len(words) % 2 == 0
    if is_complete:
        return f"{namespace}/{'/'.join(types)}/{_VERBS.get(method, 'action')}", path
    if method == "POST":
        return f"{namespace}/{'/'.join(types)}/action", path.rstrip("/").rpartition("/")[0]
    above = scope if len(words) == 1 else path.rstrip("/").rpartition("/")[0]
    return f"{namespace}/{'/'.join(types)}/{_VERBS.get(method, 'action')}", above


def show(call: Call) -> Answer:
    """The permissions of the client at a resource or resource group."""
    known = assignments_at(call.lab.settings, call.url_path.rstrip("/")[: -len(_PERMISSIONS) - 1])
    return Answer(200, {"value": [_shown(each) for each in known]})


def _shown(assignment: Assignment) -> dict[str, list[str]]:
    actions, excluded = list(assignment.actions), list(assignment.not_actions)
    return {"actions": actions, "notActions": excluded, "dataActions": [], "notDataActions": []}


def _matches(patterns: Iterable[str], action: str) -> bool:
    return any(re.fullmatch(re.escape(each).replace(r"\*", ".*"), action, re.IGNORECASE) for each in patterns)


ROUTES = [
    Route("GET", f"{_GROUP}/{_PERMISSIONS}", show, "permission.list"),
    Route("GET", f"{_GROUP}/providers/{{namespace}}/{{type}}/{{name}}/{_PERMISSIONS}", show, "permission.list"),
    Route("GET", f"{_GROUP}/providers/{{namespace}}/{{type}}/{{name}}/{{subtype}}/{{subname}}/{_PERMISSIONS}", show, "permission.list"),
]
