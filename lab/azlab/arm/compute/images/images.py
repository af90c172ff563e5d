"""Managed images, made from a generalized VM or from disks, snapshots and blobs. Each disk of an image is a blob of its own."""

from __future__ import annotations

import uuid
from typing import Any

from azlab.arm.compute.common import IMAGE, VERSIONS, VM, check_name
from azlab.arm.compute.disks.builder import Content, write
from azlab.arm.compute.disks.state import shown_gib
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.compute.images.sources import from_profile, from_vm
from azlab.arm.compute.images.state import ImageBlob, ImageState, settle_image
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import COMPUTE, normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import base_body, check_location, get
from azlab.arm.http.long_running import accepted
from azlab.store import Resource


def put(call: Call) -> Answer:
    """Create an image, or change the tags of one."""
    lab, body = call.lab, call.body
    check_name(call.name)
    location, tags = location_of(body, IMAGE), checked_tags(body)
    given = body.get("properties") or {}
    with lab.store.lock:
        known = lab.store.find(call.id(IMAGE))
        check_location(known, location)
        if known:
            _check_not_deleting(known, "Create Image")
        if known and known.properties.get("provisioningState") == "Succeeded":
            _check_same(known, given)
            return _retag(call, known, tags)
        if known and known.properties.get("provisioningState") != "Failed":
            raise resource_errors.BUSY()
        vm = given.get("sourceVirtualMachine")
        plan = from_vm(lab, given, location) if vm else from_profile(lab, given, location, call.version)
        image = Resource(call.id(IMAGE), IMAGE, call.group, call.name, base_body(call, IMAGE, location, tags))
        generation = plan.properties.pop("hyperVGeneration")
        image.body["properties"] = {**plan.properties, "provisioningState": "Creating", "hyperVGeneration": generation}
        keys = {lun: f"i-{uuid.uuid4()}" for lun in plan.contents}
        lab.store.put(ImageState(making=list(keys.values()), plan=plan.purchase).keep(image))
    left = ImageState.of(known).making if known else []
    return accepted(call, lambda: _make(lab, image.id, plan.contents, keys, left), location, status=201, body=image.body, resource=image.id)


def _check_same(image: Resource, given: Json) -> None:
    """Refuse a PUT that changes the sources of an image that exists."""
    wanted = normal_id((given.get("sourceVirtualMachine") or {}).get("id", "/")).lower()
    known = normal_id((image.properties.get("sourceVirtualMachine") or {}).get("id", "/")).lower()
    if wanted != known and given.get("sourceVirtualMachine"):
        raise parameter_errors.UNCHANGEABLE(parameter="sourceVirtualMachine.id", target="sourceVirtualMachine.id")
    os_disk = (given.get("storageProfile") or {}).get("osDisk") or {}
    for kind in ("managedDisk", "snapshot"):
        wanted_id = (os_disk.get(kind) or {}).get("id")
        known_id = (image.properties["storageProfile"]["osDisk"].get(kind) or {}).get("id")
        if wanted_id and normal_id(wanted_id).lower() != normal_id(known_id or "/").lower():
            raise parameter_errors.UNCHANGEABLE(parameter=f"osDisk.{kind}.id", target=f"osDisk.{kind}.id")


def _make(lab: Lab, id: str, contents: dict[str, Content], keys: dict[str, str], left: list[str]) -> None:
    """Remove the blobs that a failed attempt left, make the image's blobs, then complete the image."""
    for key in left:
        lab.blobs.delete(key)
    for lun, content in contents.items():
        write(lab, keys[lun], content)
    with lab.store.lock:
        image = lab.store.find(id)
        if image is None:
            for key in keys.values():
                lab.blobs.delete(key)
            raise resource_errors.BUSY()
        profile = image.properties["storageProfile"]
        _show_size(profile, "osDisk", profile["osDisk"], contents["os"].size)
        for number, data in enumerate(profile["dataDisks"]):
            _show_size(profile["dataDisks"], number, data, contents[str(data["lun"])].size)
        made = {lun: ImageBlob(keys[lun], content.size) for lun, content in contents.items()}
        state = ImageState(disks=made, plan=ImageState.of(image).plan)
        settle_image(state.keep(image))
        lab.store.put(image)


def _show_size(holder: Any, place: Any, disk: Json, size: int) -> None:
    """Add diskSizeGB in its usual place, unless the request gave one."""
    if "diskSizeGB" in disk:
        return
    first: Json = {key: disk[key] for key in ("lun", "osType", "osState") if key in disk}
    holder[place] = {**first, "diskSizeGB": shown_gib(size), **disk}


def patch(call: Call) -> Answer:
    """Change the tags of an image."""
    with call.lab.store.lock:
        image = get(call, IMAGE)
        _check_not_deleting(image, "Update Image")
        if image.properties["provisioningState"] == "Creating":
            raise resource_errors.BUSY()
        return _retag(call, image, checked_tags(call.body))


def _retag(call: Call, image: Resource, tags: dict[str, str] | None) -> Answer:
    lab = call.lab
    if tags is not None:
        image.body = {**{key: image.body[key] for key in ("name", "id", "type", "location")}, "tags": tags, "properties": image.properties}
    image.properties["provisioningState"] = "Updating"
    lab.store.put(image)
    return accepted(call, lambda: _retagged(lab, image.id), image.location, status=200, body=image.body, resource=image.id)


def _retagged(lab: Lab, id: str) -> None:
    with lab.store.lock:
        image = lab.store.find(id)
        if image and not is_deleting(image):
            settle_image(image)
            lab.store.put(image)


def _check_not_deleting(image: Resource, operation: str) -> None:
    if is_deleting(image):
        raise image_errors.IMAGE_DELETING(operation=operation, image=image.name)


def delete(call: Call) -> Answer:
    """Delete an image. It is refused while a VM is being made from the image."""
    lab = call.lab
    with lab.store.lock:
        image = lab.store.find(call.id(IMAGE))
        if image is None:
            return Answer(204)
        users = [vm.name for vm in lab.store.list(VM) if _is_being_made(vm, image)]
        if users:
            raise image_errors.IMAGE_IN_USE(image=image.name, vms=",".join(users))
        image.properties["provisioningState"] = "Deleting"
        lab.store.put(image)
    return accepted(call, lambda: _remove(lab, image), image.location, resource=image.id)


def _is_being_made(vm: Resource, image: Resource) -> bool:
    """Whether the VM is being made from the image."""
    reference = vm.properties["storageProfile"].get("imageReference") or {}
    return vm.properties.get("provisioningState") == "Creating" and normal_id(reference.get("id", "/")).lower() == image.id.lower()


def _remove(lab: Lab, known: Resource) -> None:
    """Delete the image and its blobs."""
    with lab.store.lock:
        image = lab.store.find(known.id)
        lab.store.delete(known.id)
    if image is None:
        return
    state = ImageState.of(image)
    for key in (*state.making, *(disk.key for disk in state.disks.values())):
        lab.blobs.delete(key)


_PATH = in_group(COMPUTE, "images/{name}")

TYPE = ResourceType(
    namespace=COMPUTE,
    name="images",
    op="image",
    versions=VERSIONS,
    routes=(
        Route("PUT", _PATH, put, "image.put", "CreateImages"),
        Route("PATCH", _PATH, patch, "image.patch", "CreateImages"),
        Route("DELETE", _PATH, delete, "image.delete", "DeleteImages"),
    ),
    buckets=("GetImages", "HighCostGetImages"),
    since={
        "properties.hyperVGeneration": "2019-03-01",
        "properties.storageProfile.osDisk.storageAccountType": "2019-03-01",
        "properties.storageProfile.zoneResilient": "2017-12-01",
    },
    settle=settle_image,
    remove=_remove,
)
