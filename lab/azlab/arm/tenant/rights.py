"""The rights of the one client: it has all of them, except where `<state>/rights.json` assigns others.

    [{"scope": "/subscriptions/s/resourceGroups/g", "actions": ["*/read"], "notActions": []}]

An assignment holds for its scope and everything below it. Where any assignment holds, only what the assignments allow is allowed. The file
is read with each request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant import right_errors

FILE = "rights.json"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
_PERMISSIONS = "providers/Microsoft.Authorization/permissions"
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


def assignments_at(state: Path, path: str) -> list[Assignment]:
    """The assignments that hold at a path."""
    try:
        rows = json.loads((state / FILE).read_text())
    except FileNotFoundError:
        return [ALL]
    known = [Assignment(row["scope"], tuple(row["actions"]), tuple(row.get("notActions", ()))) for row in rows]
    return [each for each in known if each.holds_at(path)] or [ALL]


def check(call: Call) -> None:
    """Refuse a request that no assignment allows."""
    action, scope = action_of(call.method, call.url_path)
    if not any(each.allows(action) for each in assignments_at(call.lab.settings.state, scope)):
        raise right_errors.NO_RIGHT(client=call.lab.settings.client_id, action=action, scope=scope)


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
    return f"{namespace}/{'/'.join(types)}/{_VERBS.get(method, 'action')}", scope


def show(call: Call) -> Answer:
    """The permissions of the client at a resource or resource group."""
    known = assignments_at(call.lab.settings.state, call.url_path.rstrip("/")[: -len(_PERMISSIONS) - 1])
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
