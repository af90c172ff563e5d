"""Managed disks: create empty, for upload, as a copy or from a blob; resize, retag, delete, list."""

from __future__ import annotations

import uuid
from typing import Any

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.crud import base_body, check_location, check_name, get, listing
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.sources import Source, find_source
from azlab.arm.compute.disks.states import GIB, active_access, check_not_deleting, describe_size, state, view
from azlab.arm.compute.disks.writeback import frozen_copy
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab, now
from azlab.arm.core.provisioning import settle
from azlab.arm.http.calls import COMPUTE, Answer, Call, Route, checked_tags, in_group, in_subscription, location_of, normal_id
from azlab.arm.http.versions import seen_by
from azlab.store import Resource

TYPE = f"{COMPUTE}/disks"
SNAPSHOT = f"{COMPUTE}/snapshots"
_FIRST_WITH_ID = "2021-04-01"
"""Before this version a 202 carried `isArmResource` and no id and type, and a snapshot's not even a name (recorded)."""
_UNIQUE_SOURCE_SINCE = "2019-11-01"
"""From this version to the one above, a 202 told the unique id of a copy's source (recorded)."""


def put(call: Call) -> Answer:
    """Create a disk, or change one."""
    return put_disk(call, TYPE)


def put_disk(call: Call, type: str) -> Answer:
    """The PUT of disks and snapshots: 202 at once, the disk itself later."""
    lab, body = call.lab, call.body
    check_name(call.name)
    location, tags = location_of(body, type), checked_tags(body)
    with lab.store.lock:
        known = lab.store.find(call.id(type))
        check_location(known, location, call)
        if known:
            check_not_deleting(known, "Create or Update")
        if known and known.properties.get("provisioningState") != "Failed":
            return _change(call, known, body, echo=_echo(call, type, body, location, tags))
        source = find_source(call, body, location)
        disk = Resource(call.id(type), type, call.group, call.name, base_body(call, type, location, tags))
        _fill(disk, body, source, incremental=type == SNAPSHOT)
        disk.hidden["making"] = key = new_key(type)
        lab.store.put(disk)
    left = known.hidden.get("making") if known else None

    def work() -> dict[str, Any]:
        with lab.alone(disk.id):
            return _make(lab, disk.id, key, source, left)

    operation = lab.operations.begin(call, work, location=location, kind="DiskOperations", resource=disk.id)
    headers = operation.headers(location=True, retry_after=2, notify=False)
    return Answer(202, _echo(call, type, body, location, tags, disk), headers)


def _echo(
    call: Call, type: str, body: dict[str, Any], location: str, tags: dict[str, str] | None, disk: Resource | None = None
) -> dict[str, Any]:
    """The body of the 202: what was asked for, and that it is being done."""
    echo = _head(call, type)
    echo["location"] = location
    if tags is not None:
        echo["tags"] = tags
    echo.update({key: body[key] for key in ("sku", "zones") if key in body})
    skipped = ("diskIOPSReadWrite", "diskMBpsReadWrite")
    echo["properties"] = {key: value for key, value in body.get("properties", {}).items() if key not in skipped}
    told = _UNIQUE_SOURCE_SINCE <= call.version < _FIRST_WITH_ID
    if told and disk is not None and "sourceUniqueId" in disk.properties["creationData"]:
        echo["properties"]["creationData"] = {
            **echo["properties"]["creationData"],
            "sourceUniqueId": disk.properties["creationData"]["sourceUniqueId"],
        }
    if disk is not None and "imported" in disk.hidden:
        echo["properties"]["diskSizeBytes"] = disk.hidden["imported"]
    echo["properties"]["provisioningState"] = "Updating"
    if call.version < _FIRST_WITH_ID:
        echo["properties"]["isArmResource"] = True
    echo_seen: dict[str, Any] = seen_by(call.version, echo)
    return echo_seen


def _head(call: Call, type: str) -> dict[str, Any]:
    """How the body of a 202 begins."""
    if call.version >= _FIRST_WITH_ID:
        return {"name": call.name, "id": call.id(type), "type": type}
    return {"name": call.name} if type == TYPE else {}


def _fill(disk: Resource, body: dict[str, Any], source: Source, *, incremental: bool) -> None:
    """The new disk's body, with what Azure fills in."""
    given = body.get("properties") or {}
    sku = (body.get("sku") or {}).get("name", "Standard_LRS")
    disk.body["sku"] = {"name": sku, "tier": sku.split("_")[0]}
    if body.get("zones"):
        disk.body["zones"] = body["zones"]
    parent = source.resource.properties if source.resource else {}
    properties: dict[str, Any] = {}
    for key in ("osType", "hyperVGeneration", "purchasePlan", "supportedCapabilities", "securityProfile"):
        if given.get(key) is not None or parent.get(key) is not None:
            properties[key] = given[key] if given.get(key) is not None else parent[key]
    properties["creationData"] = _creation(given["creationData"], source)
    if not source.upload:
        describe_size(properties, source.size, sku, performance=not incremental)
    elif not incremental:
        properties["diskIOPSReadWrite"], properties["diskMBpsReadWrite"] = 500, 60
    properties["encryption"] = {"type": "EncryptionAtRestWithPlatformKey"}
    if incremental:
        properties["incremental"] = bool(given.get("incremental", False))
        if properties["incremental"]:
            properties["completionPercent"] = 100.0
            properties["incrementalSnapshotFamilyId"] = (source.resource and source.resource.hidden.get("family")) or str(uuid.uuid4())
    properties["networkAccessPolicy"] = given.get("networkAccessPolicy", "AllowAll")
    properties["publicNetworkAccess"] = given.get("publicNetworkAccess", "Enabled")
    for key in ("dataAccessAuthMode", "burstingEnabled", "maxShares", "tier"):
        if given.get(key) is not None:
            properties[key] = given[key]
    properties.update(timeCreated=now(), provisioningState="Updating", uniqueId=str(uuid.uuid4()))
    disk.body["properties"] = properties
    disk.hidden["family"] = str(uuid.uuid4())
    if source.upload:
        disk.hidden["upload"] = source.size
    if source.imported:
        disk.hidden["imported"] = source.size


def _creation(given: dict[str, Any], source: Source) -> dict[str, Any]:
    """creationData as a GET shows it: a copy's source is told by id and unique id, however it was asked for."""
    if source.resource is None:
        return given
    kept = {key: value for key, value in given.items() if key not in ("sourceUri", "sourceResourceId")}
    return {**kept, "sourceResourceId": source.resource.id, "sourceUniqueId": source.resource.properties["uniqueId"]}


def _make(lab: Lab, id: str, key: str, source: Source, left: str | None) -> dict[str, Any]:
    """Remove what is left of an attempt that failed, make the blob, then say that the disk is there."""
    if left:
        lab.blobs.delete(left)
    if source.resource is None:
        lab.blobs.create(key, source.size)
        if not source.upload:
            lab.blobs.write_footer(key)
    else:
        frozen_copy(lab, source.resource, key)
        if lab.blobs.size(key) != source.size:
            lab.blobs.resize(key, source.size)
            lab.blobs.write_footer(key)
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None:
            lab.blobs.delete(key)
            raise errors.BUSY()
        disk.hidden["key"] = disk.hidden.pop("making")
        settle(disk)
        lab.store.put(disk)
        return view(lab, disk)


def new_key(type: str) -> str:
    """A new blob key; its first letter says what for."""
    return f"{'s' if type == SNAPSHOT else 'd'}-{uuid.uuid4()}"


def patch(call: Call) -> Answer:
    """Change size, sku or tags of a disk."""
    return patch_disk(call, TYPE)


def patch_disk(call: Call, type: str) -> Answer:
    """The PATCH of disks and snapshots. Tags may change in any state of the disk."""
    with call.lab.store.lock:
        disk = get(call, type)
        check_not_deleting(disk, "Update")
        echo = _head(call, type)
        echo["location"] = disk.location
        tags = checked_tags(call.body)
        if tags is not None or "tags" in disk.body:
            echo["tags"] = disk.body.get("tags") if tags is None else tags
        echo["sku"] = {**disk.body["sku"], **(call.body.get("sku") or {})}
        given = call.body.get("properties") or {}
        echo["properties"] = {key: disk.properties[key] for key in ("osType", "creationData", "diskSizeGB") if key in disk.properties}
        echo["properties"].update(given)
        echo["properties"]["provisioningState"] = "Updating"
        if call.version < _FIRST_WITH_ID:
            echo["properties"].update({"isArmResource": True} if type == TYPE else {"isArmResource": True, "faultDomain": 0})
        elif "sourceUniqueId" in disk.properties["creationData"]:
            echo["properties"]["creationData"] = {**disk.properties["creationData"]}
            del echo["properties"]["creationData"]["sourceUniqueId"]
        return _change(call, disk, call.body, echo=echo)


def _change(call: Call, disk: Resource, body: dict[str, Any], echo: dict[str, Any]) -> Answer:
    """Begin the change of a disk that is there already."""
    lab, given = call.lab, body.get("properties") or {}
    _check_unchanged(disk, given)
    size = given.get("diskSizeGB")
    growing = size is not None and size != disk.properties.get("diskSizeGB")
    if growing and disk.hidden.get("upload"):
        raise disk_errors.RESIZE_UPLOAD(disk=disk.name, state=state(lab, disk))
    if growing and size > disk.properties["diskSizeGB"] and state(lab, disk) == "Attached":
        raise disk_errors.RESIZE_RUNNING(disk=disk.name, vm=disk.body["managedBy"])
    tags = checked_tags(body)

    def work() -> dict[str, Any]:
        with lab.alone(disk.id):
            return _apply(lab, disk.id, body, tags)

    operation = lab.operations.begin(call, work, location=disk.location, kind="DiskOperations")
    return Answer(202, seen_by(call.version, echo), operation.headers(location=True, retry_after=2, notify=False))


def _check_unchanged(disk: Resource, given: dict[str, Any]) -> None:
    """Refuse to change what a disk is made of."""
    creation = given.get("creationData")
    known = disk.properties["creationData"]
    if creation and creation.get("createOption") != known["createOption"]:
        raise errors.UNCHANGEABLE(parameter="creationData.createOption", target="creationData.createOption")
    source = (creation or {}).get("sourceResourceId")
    if source and normal_id(source).lower() != str(known.get("sourceResourceId", known.get("sourceUri"))).lower():
        raise errors.UNCHANGEABLE(parameter="creationData.sourceResourceId", target="creationData.sourceResourceId")
    upload = (creation or {}).get("uploadSizeBytes")
    if upload and upload != known.get("uploadSizeBytes"):
        raise errors.UNCHANGEABLE(parameter="creationData.uploadSizeBytes", target="creationData.uploadSizeBytes")


def _apply(lab: Lab, id: str, body: dict[str, Any], tags: dict[str, str] | None) -> dict[str, Any]:
    given = body.get("properties") or {}
    disk = lab.store.find(id)
    if disk is None:
        raise errors.BUSY()
    if "key" not in disk.hidden:
        raise compute_errors.SOURCE_FAILED(source=disk.id, state=disk.properties["provisioningState"])
    size = given.get("diskSizeGB")
    if size is not None and size < disk.properties.get("diskSizeGB", 0):
        raise disk_errors.SHRINK()
    if size is not None and size > disk.properties.get("diskSizeGB", 0):
        lab.blobs.resize(disk.hidden["key"], size * GIB)
        lab.blobs.write_footer(disk.hidden["key"])
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None:
            raise errors.BUSY()
        sku = (body.get("sku") or {}).get("name")
        if sku:
            disk.body["sku"] = {"name": sku, "tier": sku.split("_")[0]}
        if size is not None and "diskSizeBytes" in disk.properties and size != disk.properties["diskSizeGB"]:
            describe_size(disk.properties, size * GIB, disk.body["sku"]["name"], performance="diskIOPSReadWrite" in disk.properties)
        elif sku and "diskIOPSReadWrite" in disk.properties and "diskSizeBytes" in disk.properties:
            describe_size(disk.properties, disk.properties["diskSizeBytes"], sku, performance=True)
        for key in ("osType", "networkAccessPolicy", "publicNetworkAccess", "supportedCapabilities", "hyperVGeneration"):
            if given.get(key) is not None:
                disk.properties[key] = given[key]
        if tags is not None:
            disk.body["tags"] = tags
        lab.store.put(disk)
        return view(lab, disk)


def show(call: Call) -> Answer:
    """One disk."""
    return Answer(200, seen_by(call.version, view(call.lab, get(call, TYPE))))


def delete(call: Call) -> Answer:
    """Delete a disk that nobody uses."""
    return delete_disk(call, TYPE)


def delete_disk(call: Call, type: str) -> Answer:
    """The DELETE of disks and snapshots."""
    lab = call.lab
    with lab.store.lock:
        disk = lab.store.find(call.id(type))
        if disk is None:
            return Answer(204)
        if disk.body.get("managedBy"):
            raise disk_errors.ATTACHED_DELETE(disk=disk.name, vm=disk.body["managedBy"])
        if active_access(disk):
            raise disk_errors.ACTIVE_SAS(disk=disk.name, deed="deleting")
        disk.properties["provisioningState"] = "Deleting"
        lab.store.put(disk)
    operation = lab.operations.begin(call, lambda: remove(lab, disk.id), location=disk.location, kind="DiskOperations", resource=disk.id)
    return Answer(202, None, operation.headers(location=True, notify=False))


def remove(lab: Lab, id: str) -> None:
    """Delete the disk and its blob."""
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None:
            return
        if disk.body.get("managedBy"):
            raise disk_errors.ATTACHED_DELETE(disk=disk.name, vm=disk.body["managedBy"])
        lab.store.delete(id)
    for name in ("key", "making"):
        if name in disk.hidden:
            lab.blobs.delete(disk.hidden[name])


ROUTES = [
    Route("PUT", in_group(COMPUTE, "disks/{name}"), put, "disk.put", "CreateUpdateDisks"),
    Route("PATCH", in_group(COMPUTE, "disks/{name}"), patch, "disk.patch", "CreateUpdateDisks"),
    Route("GET", in_group(COMPUTE, "disks/{name}"), show, "disk.get", "LowCostGet"),
    Route("DELETE", in_group(COMPUTE, "disks/{name}"), delete, "disk.delete", "DeleteDisks"),
    Route("GET", in_group(COMPUTE, "disks"), listing(TYPE, view), "disk.list", "HighCostGet"),
    Route("GET", in_subscription(COMPUTE, "disks"), listing(TYPE, view), "disk.list", "HighCostGet"),
]
