"""Galleries: the containers of image definitions."""

from __future__ import annotations

import re
from dataclasses import replace

from azlab.arm.compute.common import GALLERY
from azlab.arm.compute.galleries import errors as gallery_errors
from azlab.arm.compute.galleries.foreign import FOREIGN_ROUTES
from azlab.arm.compute.galleries.lifecycle import (
    VERSIONS,
    change,
    check_empty,
    check_end,
    check_free,
    create,
    find_in,
    id_in,
    remove,
    settle_part,
)
from azlab.arm.compute.galleries.share import share
from azlab.arm.compute.galleries.sharing import changed_sharing, new_sharing
from azlab.arm.compute.galleries.state import GalleryState, shown
from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import base_body, check_location
from azlab.arm.http.versions import seen_by
from azlab.store import Resource

_NAME = re.compile(r"[A-Za-z0-9._]+")
_SHOWS_PERMISSIONS = "2020-09-30"
"""The one version in which the answer to a PUT or PATCH has the sharing profile of a private gallery (recorded)."""


def put(call: Call) -> Answer:
    """Create a gallery, or replace its description, tags and policy."""
    lab, body = call.lab, call.body
    check_end(call)
    if not _NAME.fullmatch(call.name):
        raise gallery_errors.BAD_GALLERY_NAME(target="galleryName")
    location, tags = location_of(body, GALLERY), checked_tags(body)
    given = _given(call)
    with lab.store.lock:
        known = lab.store.find(id_in(call))
        check_location(known, location)
        if known:
            check_free(known)
        base = base_body(call, GALLERY, location, tags)
        if known and known.properties["provisioningState"] != "Failed":
            state = changed_sharing(GalleryState.of(known), given.get("sharingProfile"))
            base["id"], base["name"] = known.id, known.name
            base["properties"] = _properties({**_policy(known), **given}, known.properties["identifier"])
            return _changed(call, known, base, state)
        state = new_sharing(given.get("sharingProfile"))
        identifier = {"uniqueName": f"{call.subscription}-{call.name.upper()}"}
        gallery = Resource(id_in(call), GALLERY, call.group, call.name, {**base, "properties": _properties(given, identifier)})
        return _as_shown(call, create(call, state.keep(gallery)), gallery)


def patch(call: Call) -> Answer:
    """Change the description, tags, policy or community information of a gallery."""
    with call.lab.store.lock:
        known = find_in(call, GALLERY)
        check_free(known)
        given, tags = _given(call), checked_tags(call.body)
        state = changed_sharing(GalleryState.of(known), given.get("sharingProfile"))
        base = {key: value for key, value in known.body.items() if key != "properties"}
        if tags is not None:
            base["tags"] = tags
        old = {key: value for key, value in known.properties.items() if key != "provisioningState"}
        base["properties"] = _properties({**old, **given}, known.properties["identifier"])
        return _changed(call, known, base, state)


def _given(call: Call) -> Json:
    """The properties in the request, without those that its api-version does not know."""
    wanted = seen_by(call.version, {"type": GALLERY, "properties": call.body.get("properties") or {}}, {GALLERY.lower(): _SINCE})
    return {key: value for key, value in wanted["properties"].items() if value is not None}


def _policy(known: Resource) -> Json:
    return {key: known.properties[key] for key in ("softDeletePolicy",) if key in known.properties}


def _properties(given: Json, identifier: Json) -> Json:
    """The properties that are stored, in Azure's order."""
    wanted = {**given, "identifier": identifier}
    return {key: wanted[key] for key in ("description", "identifier", "softDeletePolicy") if key in wanted}


def _changed(call: Call, known: Resource, body: Json, state: GalleryState) -> Answer:
    """The answer to a change. Its provisioning state is Succeeded already, as recorded."""
    gallery = state.keep(Resource(known.id, GALLERY, known.group, known.name, body))
    return _as_shown(call, change(call, gallery, "Succeeded"), gallery)


def _as_shown(call: Call, answer: Answer, gallery: Resource) -> Answer:
    return replace(answer, body=shown(gallery, call.version, permissions=call.version == _SHOWS_PERMISSIONS))


def show(call: Call) -> Answer:
    """Show one gallery; `$select=Permissions` and `$expand=SharingProfile/Groups` add its sharing."""
    select, expand = call.query.get("$select", ""), call.query.get("$expand", "")
    for value, name, known in ((select, "$select", "permissions"), (expand, "$expand", "sharingprofile/groups")):
        if value and value.lower() != known:
            raise parameter_errors.BAD_VALUE(value=value, parameter=name)
    return Answer(200, shown(find_in(call, GALLERY), call.version, permissions=bool(select), groups=bool(expand)))


def view(_lab: Lab, gallery: Resource) -> Json:
    """A gallery as lists show it."""
    return shown(gallery, "")


def delete(call: Call) -> Answer:
    """Delete a gallery. It is refused while definitions are in it, and while the gallery is shared with the community."""
    lab = call.lab
    with lab.store.lock:
        gallery = lab.store.find(id_in(call))
        if gallery is None:
            return Answer(204)
        check_empty(lab, gallery)
        if GalleryState.of(gallery).is_public:
            raise gallery_errors.SHARED_GALLERY(gallery=gallery.name)
        return remove(call, gallery)


_PATH = in_group(COMPUTE, "galleries/{name}")
_SINCE = {
    "properties.sharingProfile": "2020-09-30",
    "properties.softDeletePolicy": "2021-07-01",
    "properties.sharingProfile.communityGalleryInfo": "2021-07-01",
    "properties.sharingStatus": "2022-01-03",
}

TYPE = ResourceType(
    namespace=COMPUTE,
    name="galleries",
    op="gallery",
    versions=VERSIONS,
    routes=(
        Route("PUT", _PATH, put, "gallery.put", "CreateUpdateGallery"),
        Route("PATCH", _PATH, patch, "gallery.patch", "CreateUpdateGallery"),
        Route("GET", _PATH, show, "gallery.get", "GetGallery"),
        Route("DELETE", _PATH, delete, "gallery.delete", "DeleteGallery"),
        Route("POST", f"{_PATH}/share", share, "gallery.share", "PostShareGallery"),
        *FOREIGN_ROUTES,
    ),
    buckets=("GetGallery", ""),
    since=_SINCE,
    view=view,
    settle=settle_part,
)
