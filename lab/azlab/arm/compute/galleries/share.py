"""The action `share` of a gallery: with whom it is shared, from the moment when its operation ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from azlab.arm.compute.common import GALLERY
from azlab.arm.compute.galleries import errors as gallery_errors
from azlab.arm.compute.galleries.lifecycle import change, check_free, find_in
from azlab.arm.compute.galleries.state import COMMUNITY, GROUPS, SUBSCRIPTIONS, TENANTS, GalleryState
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json
from azlab.arm.http.calls import Answer, Call

_MOST = {SUBSCRIPTIONS: 30, TENANTS: 5}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def share(call: Call) -> Answer:
    """Share a gallery with subscriptions and tenants or with the community, or end that."""
    operation = call.body.get("operationType")
    if operation is None:
        raise parameter_errors.MISSING(parameter="operationType", target="operationType")
    known = {name.lower(): name for name in _OPERATIONS}
    if str(operation).lower() not in known:
        raise parameter_errors.BAD_VALUE(value=operation, parameter="operationType", target="operationType")
    name = known[str(operation).lower()]
    permissions, work = _OPERATIONS[name]
    with call.lab.store.lock:
        gallery = find_in(call, GALLERY)
        check_free(gallery)
        state = GalleryState.of(gallery)
        if permissions and state.permissions != permissions:
            raise gallery_errors.NOT_SHAREABLE(operation=name, gallery=gallery.name, permissions=state.permissions)
        return change(call, work(state, call.body.get("groups") or []).keep(gallery), status=202)


def _add(state: GalleryState, groups: list[Json]) -> GalleryState:
    known, more = _ids(state.groups), _checked_ids(groups)
    wanted = {kind: [*known[kind], *(id for id in more[kind] if id not in known[kind])] for kind in _MOST}
    for kind, most in _MOST.items():
        if len(wanted[kind]) > most:
            raise gallery_errors.MANY_GROUPS(count=len(wanted[kind]), type=kind, most=most)
    return replace(state, groups=_groups(wanted))


def _remove(state: GalleryState, groups: list[Json]) -> GalleryState:
    known, fewer = _ids(state.groups), _checked_ids(groups)
    return replace(state, groups=_groups({kind: [id for id in known[kind] if id not in fewer[kind]] for kind in _MOST}))


def _reset(_state: GalleryState, _groups: list[Json]) -> GalleryState:
    """The sharing of a private gallery: a reset clears everything in the profile."""
    return GalleryState()


def _enable_community(state: GalleryState, _groups: list[Json]) -> GalleryState:
    return replace(state, community={**(state.community or {}), "communityGalleryEnabled": True})


_OPERATIONS: dict[str, tuple[str, Callable[[GalleryState, list[Json]], GalleryState]]] = {
    "Add": (GROUPS, _add),
    "Remove": (GROUPS, _remove),
    "EnableCommunity": (COMMUNITY, _enable_community),
    "Reset": ("", _reset),
}
"""Each operation with the permissions that the gallery must have, and with what it does."""


def _ids(groups: list[Json]) -> dict[str, list[str]]:
    """The ids of subscriptions and of tenants."""
    return {kind: [id for group in groups if group["type"] == kind for id in group["ids"]] for kind in _MOST}


def _groups(ids: dict[str, list[str]]) -> list[Json]:
    return [{"type": kind, "ids": found} for kind, found in ids.items() if found]


def _checked_ids(groups: list[Json]) -> dict[str, list[str]]:
    """The ids in a request, in lower case. A request without any is refused."""
    for group in groups:
        if group.get("type") not in _MOST:
            raise parameter_errors.BAD_VALUE(value=group.get("type"), parameter="groups.type", target="groups")
        for id in group.get("ids") or []:
            if not _GUID.fullmatch(str(id)):
                raise parameter_errors.BAD_VALUE(value=id, parameter="groups.ids", target="groups")
    found = _ids([{"type": group["type"], "ids": [str(id).lower() for id in group.get("ids") or []]} for group in groups])
    if not any(found.values()):
        raise parameter_errors.MISSING(parameter="groups", target="groups")
    return found
