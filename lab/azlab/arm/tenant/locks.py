"""Management locks on resource groups and resources. They forbid to delete what they are on, what is below it and what it is in.

ReadOnly also forbids to change it. https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
"""

from __future__ import annotations

from azlab.arm.core import resource_errors
from azlab.arm.core.json import Json
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant import lock_errors
from azlab.store import Resource

TYPE = "Microsoft.Authorization/locks"
_BELOW = f"/providers/{TYPE}"
_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourceGroups/{group}"
_RESOURCE = _GROUP + "/providers/{namespace}/{kind}/{resource}"
_FORBIDDEN = {"DELETE": ("delete", ("CanNotDelete", "ReadOnly")), "PUT": ("write", ("ReadOnly",)), "PATCH": ("write", ("ReadOnly",))}


def check(call: Call) -> None:
    """Refuse a request that a lock forbids. Locks themselves can be deleted and changed."""
    if call.method not in _FORBIDDEN or _BELOW.lower() in call.url_path.lower():
        return
    verb, levels = _FORBIDDEN[call.method]
    for lock in call.lab.store.list(TYPE):
        scope = _scope(lock.id)
        if lock.properties["level"] in levels and _holds(f"{scope}/".lower(), f"{call.url_path}/".lower(), verb):
            raise lock_errors.SCOPE_LOCKED(scope=call.url_path, verb=verb, locked=scope)


def _holds(scope: str, path: str, verb: str) -> bool:
    return path.startswith(scope) or (verb == "delete" and scope.startswith(path))


def _scope(path: str) -> str:
    """The path of what a lock, or the list of its locks, is on."""
    return path[: path.lower().rfind(_BELOW.lower())]


def put(call: Call) -> Answer:
    """Create a lock, or change its level."""
    id = f"{_scope(call.url_path)}{_BELOW}/{call.name}"
    properties = {"level": (call.body.get("properties") or {}).get("level", "CanNotDelete")}
    body: Json = {"id": id, "type": TYPE, "name": call.name, "properties": properties}
    with call.lab.store.lock:
        known = call.lab.store.find(id)
        call.lab.store.put(Resource(id, TYPE, "", call.name, body))
    return Answer(200 if known else 201, body)


def delete(call: Call) -> Answer:
    """Delete a lock."""
    id = f"{_scope(call.url_path)}{_BELOW}/{call.name}"
    with call.lab.store.lock:
        if call.lab.store.find(id) is None:
            raise resource_errors.NO_RESOURCE(type=TYPE, name=call.name, group=call.group)
        call.lab.store.delete(id)
    return Answer(200)


def show(call: Call) -> Answer:
    """The locks on the scope in the path and on everything below it."""
    scope = f"{_scope(call.url_path)}/".lower()
    return Answer(200, {"value": [each.body for each in call.lab.store.list(TYPE) if each.id.lower().startswith(scope)]})


ROUTES = [
    *(Route("GET", f"{scope}{_BELOW}", show, "lock.list") for scope in (_SUBSCRIPTION, _GROUP, _RESOURCE)),
    *(Route("PUT", f"{scope}{_BELOW}/{{name}}", put, "lock.put") for scope in (_GROUP, _RESOURCE)),
    *(Route("DELETE", f"{scope}{_BELOW}/{{name}}", delete, "lock.delete") for scope in (_GROUP, _RESOURCE)),
]
