"""Image definitions: what the versions of an image have in common. They are nested in a gallery."""

from __future__ import annotations

from azlab.arm.compute import offers
from azlab.arm.compute.catalog import gallery_definition
from azlab.arm.compute.common import GALLERY_IMAGE
from azlab.arm.compute.galleries.lifecycle import (
    VERSIONS,
    change,
    check_empty,
    check_end,
    check_free,
    create,
    find_in,
    id_in,
    nested_in,
    parent_of,
    remove,
    settle_part,
)
from azlab.arm.compute.galleries.state import GalleryState
from azlab.arm.compute.gallery_images import errors as image_errors
from azlab.arm.compute.gallery_images.properties import check_changes, check_shareable, checked, completed, consistent
from azlab.arm.core import resource_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import as_stored, paged
from azlab.arm.http.versions import seen_by
from azlab.store import Resource


def put(call: Call) -> Answer:
    """Create an image definition, or replace those of its properties that may change."""
    lab = call.lab
    check_end(call)
    location, tags = location_of(call.body, GALLERY_IMAGE), checked_tags(call.body)
    with lab.store.lock:
        gallery = parent_of(call)
        known = lab.store.find(id_in(call))
        if known:
            _check_location(known, gallery, location)
            check_free(known)
        if known and known.properties["provisioningState"] != "Failed":
            given = checked(lab, call.version, _given(call), known.properties.get("endOfLifeDate"))
            check_changes(known.properties, given, call.version, whole=True)
            fixed = {name: known.properties[name] for name in _KEPT if name in known.properties}
            return _changed(call, known, {**fixed, **given}, tags)
        wanted = completed(checked(lab, call.version, _given(call)), call.version)
        check_shareable(wanted, GalleryState.of(gallery).permissions)
        _check_identifier_is_free(call, gallery, wanted["identifier"])
        id = f"{gallery.id}/images/{call.name}"
        image = Resource(id, GALLERY_IMAGE, call.group, call.name, _body(id, call.name, location, tags, wanted))
        return create(call, image)


_KEPT = ("hyperVGeneration", "architecture", "features", "osType", "osState", "identifier", "eula", "privacyStatementUri", "purchasePlan")
"""The properties that a PUT on a definition keeps if it leaves them out."""


def patch(call: Call) -> Answer:
    """Change some properties of an image definition."""
    with call.lab.store.lock:
        known = find_in(call, GALLERY_IMAGE)
        check_free(known)
        given = checked(call.lab, call.version, _given(call), known.properties.get("endOfLifeDate"))
        check_changes(known.properties, given, call.version, whole=False)
        tags = checked_tags(call.body)
        return _changed(call, known, {**known.properties, **given}, known.body.get("tags") if tags is None else tags)


def _given(call: Call) -> Json:
    """The properties in the request, without those that its api-version does not know."""
    wanted = {"type": GALLERY_IMAGE, "properties": call.body.get("properties") or {}}
    found: Json = seen_by(call.version, wanted, {GALLERY_IMAGE.lower(): _SINCE})["properties"]
    return found


def _body(id: str, name: str, location: str, tags: dict[str, str] | None, properties: Json) -> Json:
    head: Json = {"name": name, "id": id, "type": GALLERY_IMAGE, "location": location}
    return {**head, **({} if tags is None else {"tags": tags}), "properties": properties}


def _changed(call: Call, known: Resource, properties: Json, tags: dict[str, str] | None) -> Answer:
    body = _body(known.id, known.name, known.location, tags, consistent(properties))
    return change(call, Resource(known.id, GALLERY_IMAGE, known.group, known.name, body))


def _check_location(known: Resource, gallery: Resource, location: str) -> None:
    if known.location != location:
        name = f"{gallery.name}/{known.name}"
        raise resource_errors.OTHER_LOCATION(name=name, there=known.location, group=known.group, location=location)


def _check_identifier_is_free(call: Call, gallery: Resource, identifier: Json) -> None:
    """Refuse an identifier that another definition of the gallery has."""
    for other in nested_in(call.lab, gallery):
        theirs = other.properties["identifier"]
        if other.name.lower() != call.name.lower() and all(str(theirs[part]).lower() == str(identifier[part]).lower() for part in theirs):
            raise image_errors.DUPLICATE(image=other.name, **theirs)


def show(call: Call) -> Answer:
    """Show an image definition of the lab, or one that `outside.json` describes."""
    if call.lab.store.find(id_in(call)) is None and gallery_definition(call.lab, call.url_path):
        return offers.show_definition(call)
    return Answer(200, find_in(call, GALLERY_IMAGE).body)


def list_images(call: Call) -> Answer:
    """List the image definitions of a gallery."""
    return paged(call, nested_in(call.lab, parent_of(call)), as_stored)


def delete(call: Call) -> Answer:
    """Delete an image definition. It is refused while the definition has versions."""
    lab = call.lab
    with lab.store.lock:
        parent_of(call)
        image = lab.store.find(id_in(call))
        if image is None:
            return Answer(204)
        check_empty(lab, image)
        return remove(call, image)


_PATH = in_group(COMPUTE, "galleries/{gallery}/images/{name}")
_SINCE = {
    "properties.features": "2020-09-30",
    "properties.architecture": "2021-07-01",
    "properties.features.startsAtVersion": "2024-03-03",
    "properties.allowUpdateImage": "2024-03-03",
}

TYPE = ResourceType(
    namespace=COMPUTE,
    name="galleries/images",
    op="gallery_image",
    versions=VERSIONS,
    routes=(
        Route("PUT", _PATH, put, "gallery_image.put", "CreateUpdateGalleryImage"),
        Route("PATCH", _PATH, patch, "gallery_image.patch", "CreateUpdateGalleryImage"),
        Route("GET", _PATH, show, "gallery_image.get", "GetGalleryImage"),
        Route("DELETE", _PATH, delete, "gallery_image.delete", "DeleteGalleryImage"),
        Route("GET", in_group(COMPUTE, "galleries/{gallery}/images"), list_images, "gallery_image.list", "ListGalleryArtifact"),
    ),
    since=_SINCE,
    settle=settle_part,
)
