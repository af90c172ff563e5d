"""Versions of gallery images: create, change, show, list, delete. Each disk of a version is a blob of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

from azlab.arm.compute import offers
from azlab.arm.compute.catalog import gallery_definition
from azlab.arm.compute.common import GALLERY_IMAGE_VERSION
from azlab.arm.compute.galleries.lifecycle import VERSIONS, find_in, id_in, nested_in, parent_of
from azlab.arm.compute.gallery_versions import errors as version_errors
from azlab.arm.compute.gallery_versions.change import changed, check_writable
from azlab.arm.compute.gallery_versions.create import make, reserve
from azlab.arm.compute.gallery_versions.profile import Home, deletion_blocked
from azlab.arm.compute.gallery_versions.replication import await_replicas, begin, is_being_made, status
from azlab.arm.compute.gallery_versions.state import VersionState, settle_version
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import paged
from azlab.arm.http.long_running import CAPS_OPERATIONS, accepted
from azlab.store import Resource

_NAME = re.compile(r"\d{1,10}\.\d{1,10}\.\d{1,10}")
_MOST = 2**31 - 1
_POLL = 60
"""Seconds between two polls, as Azure asks for them."""
_BEFORE_LOOKING_AGAIN = 0.02
"""Seconds after which a change looks again whether the version that it changes has been made."""


def put(call: Call) -> Answer:
    """Create a version, or change one that exists."""
    lab = call.lab
    with lab.store.atomic():
        definition = parent_of(call)
        _check_name(call.name)
        known = lab.store.find(id_in(call))
        location = location_of(call.body, GALLERY_IMAGE_VERSION)
        if known is not None and known.location != location:
            name = "/".join(known.id.split("/")[8::2])
            raise resource_errors.OTHER_LOCATION(name=name, there=known.location, group=known.group, location=location)
        home = Home(call.subscription, call.name, location, str(call.body["location"]), call.version)
        if known is not None and _is_made(known):
            return _change(call, known, home, whole=True)
        if known is not None:
            _check_failed(lab, known)
        version, plan, left = reserve(call, f"{definition.id}/versions/{call.name}", definition, home, known)
    return _accepted(call, version, lambda: make(lab, version, plan, left), 201)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or any(int(part) > _MOST for part in name.split(".")):
        raise version_errors.BAD_VERSION_NAME(target="galleryImageVersionName")


def _is_made(version: Resource) -> bool:
    """Whether a version has its disks, or is getting or losing them."""
    return bool(VersionState.of(version).disks) or version.properties["provisioningState"] != "Failed"


def _check_failed(lab: Lab, version: Resource) -> None:
    """Refuse to create a version again that failed, if a switch says so."""
    if lab.faults.on("failed_version_stays"):
        raise version_errors.FAILED_BEFORE(version=version.name)


def patch(call: Call) -> Answer:
    """Change parts of a version."""
    with call.lab.store.atomic():
        version = find_in(call, GALLERY_IMAGE_VERSION)
        home = Home(call.subscription, version.name, version.location, version.location, call.version)
        return _change(call, version, home, whole=False)


def _change(call: Call, version: Resource, home: Home, *, whole: bool) -> Answer:
    """Begin to change a version. One that is still being created stays Creating, and the last writer wins."""
    lab, tags = call.lab, checked_tags(call.body)
    check_writable(lab, version)
    properties = changed(lab, version, call.body.get("properties") or {}, home, whole=whole)
    if properties["provisioningState"] != "Creating":
        properties["provisioningState"] = "Updating"
    head = {key: value for key, value in version.body.items() if key != "properties"}
    version.body = {**head, **({} if tags is None else {"tags": tags}), "properties": properties}
    if VersionState.of(version).disks:
        begin(lab, version)
    lab.store.put(version)
    return _accepted(call, version, lambda: _replicate(lab, version.id), 200)


def _replicate(lab: Lab, id: str) -> None:
    """Wait for the operation before this one, and then for the replicas. A creation that has been accepted may not have begun yet."""
    while True:
        with lab.alone(id):
            if not is_being_made(lab, id):
                return await_replicas(lab, id)
        time.sleep(_BEFORE_LOOKING_AGAIN)


def _accepted(call: Call, version: Resource, work: Callable[[], None], status: int) -> Answer:
    return accepted(
        call,
        work,
        version.location,
        status=status,
        body=view(call.lab, version),
        resource=version.id,
        kind=CAPS_OPERATIONS,
        retry_after=_POLL,
    )


def show(call: Call) -> Answer:
    """Show a version, with the replicas or the UEFI settings if `$expand` asks for them."""
    if outside := _outside(call):
        return offers.show_version(outside)
    version = find_in(call, GALLERY_IMAGE_VERSION)
    body, expand = view(call.lab, version), call.query.get("$expand", "").lower()
    if expand not in ("", "replicationstatus", "uefisettings"):
        raise parameter_errors.BAD_VALUE(value=call.query["$expand"], parameter="$expand")
    if expand == "replicationstatus":
        body["properties"]["replicationStatus"] = status(version)
    if expand == "uefisettings" and "securityProfile" in version.properties:
        body["properties"]["securityProfile"] = version.properties["securityProfile"]
    return Answer(200, body)


def list_versions(call: Call) -> Answer:
    """List the versions of an image definition. Its owner finds those that are soft-deleted in a list of their own."""
    if outside := _outside(call):
        return offers.list_versions(outside)
    kept = [each for each in nested_in(call.lab, parent_of(call)) if VersionState.of(each).soft_deleted_until is None]
    return paged(call, kept, view)


def _outside(call: Call) -> Call | None:
    """The call as one about an image that `outside.json` describes; None if the lab has the image definition itself."""
    image = call.url_path.lower().partition("/versions")[0]
    if call.lab.store.find(image) is not None or gallery_definition(call.lab, image) is None:
        return None
    return replace(call, path={**call.path, "name": call.path["image"], "version": call.path.get("name", "")})


def view(_lab: Lab, version: Resource) -> Json:
    """A version as a GET without `$expand` shows it.

    Azure shows the safety profile's default, which it does not store (recorded in 2023), and once the version is made that it was not
    validated (recorded in 2026).
    """
    known = {key: value for key, value in version.properties.items() if key not in ("securityProfile", "provisioningState")}
    safe = {**_UNSAID, **known["safetyProfile"]}
    state = version.properties["provisioningState"]
    validated = {} if state in ("Creating", "Updating") else {"validationsProfile": {"validationOperationStatus": "NotExecuted"}}
    return {**version.body, "properties": {**known, "safetyProfile": safe, **validated, "provisioningState": state}}


def delete(call: Call) -> Answer:
    """Delete a version, whatever was made from it."""
    lab = call.lab
    with lab.store.lock:
        version = lab.store.find(id_in(call))
        if version is None:
            return Answer(204)
        if deletion_blocked(version.properties):
            raise version_errors.DELETION_BLOCKED()
        version.properties["provisioningState"] = "Deleting"
        lab.store.put(version)
    return accepted(call, lambda: _remove(lab, version), version.location, resource=version.id, kind=CAPS_OPERATIONS, retry_after=_POLL)


def _remove(lab: Lab, known: Resource) -> None:
    """Delete the version and its blobs."""
    with lab.store.lock:
        version = lab.store.find(known.id)
        lab.store.delete(known.id)
    if version is None:
        return
    state = VersionState.of(version)
    for key in (*state.making, *(disk.key for disk in state.disks.values() if disk.key)):
        lab.blobs.delete(key)


_LIST = in_group(COMPUTE, "galleries/{gallery}/images/{image}/versions")
_PATH = f"{_LIST}/{{name}}"
_UNSAID = {"allowDeletionOfReplicatedLocations": False}
"""The part of the safety profile that Azure shows although no request has named it."""

TYPE = ResourceType(
    namespace=COMPUTE,
    name="galleries/images/versions",
    op="gallery_version",
    versions=VERSIONS,
    routes=(
        Route("PUT", _PATH, put, "gallery_version.put", "CreateUpdateGalleryImageVersion"),
        Route("PATCH", _PATH, patch, "gallery_version.patch", "CreateUpdateGalleryImageVersion"),
        Route("GET", _PATH, show, "gallery_version.get", "GetGalleryImageVersion"),
        Route("DELETE", _PATH, delete, "gallery_version.delete", "DeleteGalleryImageVersion"),
        Route("GET", _LIST, list_versions, "gallery_version.list"),
    ),
    since={
        "properties.publishingProfile.replicationMode": "2021-07-01",
        "properties.publishingProfile.targetRegions.excludeFromLatest": "2022-08-03",
        "properties.publishingProfile.storageAccountStrategy": "2025-03-03",
        "properties.storageProfile.source.virtualMachineId": "2023-07-03",
        "properties.storageProfile.source.communityGalleryImageId": "2022-08-03",
        "properties.safetyProfile": "2022-03-03",
        "properties.safetyProfile.blockDeletionBeforeEndOfLife": "2024-03-03",
        "properties.securityProfile": "2023-07-03",
        "properties.validationsProfile": "2024-03-03",
    },
    view=view,
    settle=settle_version,
    remove=_remove,
)
