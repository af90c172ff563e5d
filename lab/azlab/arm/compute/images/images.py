"""Managed images: from a generalized VM, or from disks, snapshots and blobs. Each image disk is a blob of its own."""

from __future__ import annotations

import uuid
from typing import Any

from azlab.arm.compute.crud import base_body, check_location, check_name, get, listing
from azlab.arm.compute.disks.states import GIB
from azlab.arm.compute.disks.writeback import frozen_copy
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.compute.images.sources import ImageDisk, from_profile, from_vm
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting, settle
from azlab.arm.http.calls import COMPUTE, Answer, Call, Route, checked_tags, in_group, in_subscription, location_of, normal_id
from azlab.arm.http.versions import seen_by
from azlab.store import Resource

TYPE = f"{COMPUTE}/images"
VM = f"{COMPUTE}/virtualMachines"


def put(call: Call) -> Answer:
    """Create an image, or change the tags of one."""
    lab, body = call.lab, call.body
    check_name(call.name)
    location, tags = location_of(body, TYPE), checked_tags(body)
    given = body.get("properties") or {}
    with lab.store.lock:
        known = lab.store.find(call.id(TYPE))
        check_location(known, location, call)
        if known:
            _check_not_deleting(known, "Create Image")
        if known and known.properties.get("provisioningState") == "Succeeded":
            _check_same(known, given)
            return _retag(call, known, tags)
        if known and known.properties.get("provisioningState") != "Failed":
            raise errors.BUSY()
        source = given.get("sourceVirtualMachine")
        properties, disks = from_vm(lab, given, location) if source else from_profile(call, given, location)
        image = Resource(call.id(TYPE), TYPE, call.group, call.name, base_body(call, TYPE, location, tags))
        generation = properties.pop("hyperVGeneration")
        image.body["properties"] = {**properties, "provisioningState": "Creating", "hyperVGeneration": generation}
        keys = {disk.lun: f"i-{uuid.uuid4()}" for disk in disks}
        image.hidden["making"] = list(keys.values())
        lab.store.put(image)
    left = known.hidden.get("making", []) if known else []
    operation = lab.operations.begin(call, lambda: _make(lab, image.id, disks, keys, left), location=location, resource=image.id)
    return Answer(201, seen_by(call.version, image.body), operation.headers(location=False))


def _check_same(image: Resource, given: dict[str, Any]) -> None:
    """A PUT on an image that is there may not change what it is made of."""
    wanted = normal_id((given.get("sourceVirtualMachine") or {}).get("id", "/")).lower()
    known = normal_id((image.properties.get("sourceVirtualMachine") or {}).get("id", "/")).lower()
    if wanted != known and given.get("sourceVirtualMachine"):
        raise errors.UNCHANGEABLE(parameter="sourceVirtualMachine.id", target="sourceVirtualMachine.id")
    os_disk = (given.get("storageProfile") or {}).get("osDisk") or {}
    for kind in ("managedDisk", "snapshot"):
        wanted_id = (os_disk.get(kind) or {}).get("id")
        known_id = (image.properties["storageProfile"]["osDisk"].get(kind) or {}).get("id")
        if wanted_id and normal_id(wanted_id).lower() != normal_id(known_id or "/").lower():
            raise errors.UNCHANGEABLE(parameter=f"osDisk.{kind}.id", target=f"osDisk.{kind}.id")


def _make(lab: Lab, id: str, disks: list[ImageDisk], keys: dict[str, str], left: list[str]) -> None:
    """Remove what is left of an attempt that failed, copy every disk, then say that the image is there."""
    for key in left:
        lab.blobs.delete(key)
    copies = {}
    for disk in disks:
        key = keys[disk.lun]
        if disk.source is None:
            lab.blobs.create(key, disk.size)
            lab.blobs.write_footer(key)
        else:
            frozen_copy(lab, disk.source, key)
        copies[disk.lun] = {"key": key, "size": disk.size}
    with lab.store.lock:
        image = lab.store.find(id)
        if image is None:
            for copy in copies.values():
                lab.blobs.delete(copy["key"])
            raise errors.BUSY()
        profile = image.properties["storageProfile"]
        _show_size(profile, "osDisk", profile["osDisk"], copies["os"]["size"])
        for number, data in enumerate(profile["dataDisks"]):
            _show_size(profile["dataDisks"], number, data, copies[str(data["lun"])]["size"])
        image.hidden = {"disks": copies}
        settle(image)
        lab.store.put(image)


def _show_size(holder: Any, place: Any, disk: dict[str, Any], size: int) -> None:
    """Add diskSizeGB in its usual place, unless the request gave one."""
    if "diskSizeGB" in disk:
        return
    first = {key: disk[key] for key in ("lun", "osType", "osState") if key in disk}
    holder[place] = {**first, "diskSizeGB": -(-size // GIB), **disk}


def patch(call: Call) -> Answer:
    """Change the tags of an image."""
    with call.lab.store.lock:
        image = get(call, TYPE)
        _check_not_deleting(image, "Update Image")
        if image.properties["provisioningState"] == "Creating":
            raise errors.BUSY()
        return _retag(call, image, checked_tags(call.body))


def _retag(call: Call, image: Resource, tags: dict[str, str] | None) -> Answer:
    lab = call.lab
    if tags is not None:
        image.body = {**{key: image.body[key] for key in ("name", "id", "type", "location")}, "tags": tags, "properties": image.properties}
    image.properties["provisioningState"] = "Updating"
    lab.store.put(image)
    answer = seen_by(call.version, image.body)
    operation = lab.operations.begin(call, lambda: _settled(lab, image.id), location=image.location, resource=image.id)
    return Answer(200, answer, operation.headers(location=False))


def _settled(lab: Lab, id: str) -> None:
    with lab.store.lock:
        image = lab.store.find(id)
        if image and not is_deleting(image):
            settle(image)
            lab.store.put(image)


def _check_not_deleting(image: Resource, deed: str) -> None:
    if is_deleting(image):
        raise image_errors.IMAGE_DELETING(deed=deed, image=image.name)


def show(call: Call) -> Answer:
    """One image."""
    return Answer(200, seen_by(call.version, get(call, TYPE).body))


def delete(call: Call) -> Answer:
    """Delete an image that no VM is just being made from."""
    lab = call.lab
    with lab.store.lock:
        image = lab.store.find(call.id(TYPE))
        if image is None:
            return Answer(204)
        users = [vm.name for vm in lab.store.list(VM) if _being_made(vm, image)]
        if users:
            raise image_errors.IMAGE_IN_USE(image=image.name, vms=",".join(users))
        image.properties["provisioningState"] = "Deleting"
        lab.store.put(image)
    operation = lab.operations.begin(call, lambda: remove(lab, image.id), location=image.location, resource=image.id)
    return Answer(202, None, operation.headers(location=True))


def _being_made(vm: Resource, image: Resource) -> bool:
    reference = vm.properties["storageProfile"].get("imageReference") or {}
    return vm.properties.get("provisioningState") == "Creating" and normal_id(reference.get("id", "/")).lower() == image.id.lower()


def remove(lab: Lab, id: str) -> None:
    """Delete the image and its blobs."""
    with lab.store.lock:
        image = lab.store.find(id)
        lab.store.delete(id)
    if image is None:
        return
    for key in (*image.hidden.get("making", []), *(disk["key"] for disk in image.hidden.get("disks", {}).values())):
        lab.blobs.delete(key)


def view(_lab: Lab, image: Resource) -> dict[str, Any]:
    """An image as a list shows it."""
    return image.body


ROUTES = [
    Route("PUT", in_group(COMPUTE, "images/{name}"), put, "image.put", "CreateImages"),
    Route("PATCH", in_group(COMPUTE, "images/{name}"), patch, "image.patch", "CreateImages"),
    Route("GET", in_group(COMPUTE, "images/{name}"), show, "image.get", "GetImages"),
    Route("DELETE", in_group(COMPUTE, "images/{name}"), delete, "image.delete", "DeleteImages"),
    Route("GET", in_group(COMPUTE, "images"), listing(TYPE, view), "image.list", "HighCostGetImages"),
    Route("GET", in_subscription(COMPUTE, "images"), listing(TYPE, view), "image.list", "HighCostGetImages"),
]
