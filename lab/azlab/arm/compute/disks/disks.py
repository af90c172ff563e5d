"""Managed disks: create (empty, for an upload, as a copy, from a blob), resize, tag, delete. Snapshots share these handlers."""

from __future__ import annotations

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.common import DISK, VERSIONS, check_name
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks import get_access
from azlab.arm.compute.disks.builder import Content, DiskSpec, describe, write
from azlab.arm.compute.disks.sources import find_content
from azlab.arm.compute.disks.state import (
    GIB,
    DiskState,
    active_access,
    check_not_deleting,
    describe_size,
    settle_disk,
    state,
    view,
)
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import COMPUTE, normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Handler, Route, in_group
from azlab.arm.http.crud import base_body, check_location, get
from azlab.arm.http.long_running import DISK_OPERATIONS, accepted
from azlab.store import Resource

_FIRST_WITH_ID = "2021-04-01"
"""Before this version a 202 carried `isArmResource` and no id and type, and a snapshot's not even a name (recorded)."""
_SOURCE_SINCE = "2019-03-01"
"""From this version to the one above, a 202 carried the unique id and the generation that a copy has from its source (recorded)."""
_SETTINGS = ("osType", "hyperVGeneration", "purchasePlan", "supportedCapabilities", "securityProfile")
_OPTIONS = (
    *("networkAccessPolicy", "diskAccessId", "publicNetworkAccess", "dataAccessAuthMode", "encryption", "supportsHibernation"),
    *("burstingEnabled", "maxShares", "tier", "diskIOPSReadWrite", "diskMBpsReadWrite", "encryptionSettingsCollection"),
)
_CHANGEABLE = ("osType", "networkAccessPolicy", "publicNetworkAccess", "supportedCapabilities", "hyperVGeneration")


def put(type: str) -> Handler:
    """The handler of a PUT of disks or snapshots."""

    def handler(call: Call) -> Answer:
        return put_disk(call, type)

    return handler


def put_disk(call: Call, type: str) -> Answer:
    """Create or change a disk or snapshot. The answer is a 202; the disk follows later."""
    lab, body = call.lab, call.body
    check_name(call.name)
    location, tags = location_of(body, type), checked_tags(body)
    with lab.store.lock:
        known = lab.store.find(call.id(type))
        check_location(known, location)
        if known:
            check_not_deleting(known, "Create or Update")
        if known and known.properties.get("provisioningState") != "Failed":
            return _change(call, known, body, echo=_echo(call, type, body, location, tags))
        content = find_content(lab, body, location, call.subscription)
        disk = Resource(call.id(type), type, call.group, call.name, base_body(call, type, location, tags))
        if body.get("zones"):
            disk.body["zones"] = body["zones"]
        describe(disk, _spec(body, content))
        lab.store.put(disk)
    left = DiskState.of(known).making if known else None

    def work() -> Json:
        with lab.alone(disk.id):
            return _make(lab, disk, content, left)

    echo = _echo(call, type, body, location, tags, disk)
    return accepted(call, work, location, body=echo, resource=disk.id, kind=DISK_OPERATIONS, retry_after=2)


def _spec(body: Json, content: Content) -> DiskSpec:
    """The disk that a body asks for; what it does not say about the system on the disk comes from the disk's source."""
    given, parent = body.get("properties") or {}, content.resource.properties if content.resource else content.system
    settings = {key: parent.get(key) if given.get(key) is None else given[key] for key in _SETTINGS}
    return DiskSpec(
        content,
        sku=(body.get("sku") or {}).get("name", "Standard_LRS"),
        creation=_creation(given["creationData"], content.resource),
        settings={key: value for key, value in settings.items() if value is not None},
        options={key: given[key] for key in _OPTIONS if given.get(key) is not None},
        incremental=bool(given.get("incremental", False)),
    )


def _creation(given: Json, source: Resource | None) -> Json:
    """creationData as a GET shows it: a copy's source is shown by id and unique id, however the request named it."""
    if source is None:
        return given
    kept = {key: value for key, value in given.items() if key not in ("sourceUri", "sourceResourceId")}
    return {**kept, "sourceResourceId": source.id, "sourceUniqueId": source.properties["uniqueId"]}


def _make(lab: Lab, planned: Resource, content: Content, left: str | None) -> Json:
    """Remove the blob that a failed attempt left, make the new blob, then complete the disk."""
    if left:
        lab.blobs.delete(left)
    key = str(DiskState.of(planned).making)
    write(lab, key, content)
    with lab.store.lock:
        disk = lab.store.find(planned.id)
        if disk is None:
            lab.blobs.delete(key)
            raise resource_errors.BUSY()
        hidden = DiskState.of(disk)
        hidden.key, hidden.making = key, None
        settle_disk(hidden.keep(disk))
        lab.store.put(disk)
        return view(lab, disk)


def _echo(call: Call, type: str, body: Json, location: str, tags: dict[str, str] | None, disk: Resource | None = None) -> Json:
    """The body of the 202 after a PUT: the request, and that it is being carried out."""
    echo = _head(call, type)
    echo["location"] = location
    if tags is not None:
        echo["tags"] = tags
    echo.update({key: body[key] for key in ("sku", "zones") if key in body})
    skipped = ("diskIOPSReadWrite", "diskMBpsReadWrite")
    properties = {key: value for key, value in (body.get("properties") or {}).items() if key not in skipped}
    if disk is not None:
        properties.update(_echo_of_new(call, disk, properties))
    properties["provisioningState"] = "Updating"
    if call.version < _FIRST_WITH_ID:
        properties["isArmResource"] = True
    echo["properties"] = properties
    return echo


def _echo_of_new(call: Call, disk: Resource, properties: Json) -> Json:
    """The properties that a 202 adds for a disk that did not exist before."""
    added: Json = {}
    unique = disk.properties["creationData"].get("sourceUniqueId")
    if unique and _SOURCE_SINCE <= call.version < _FIRST_WITH_ID:
        added["creationData"] = {**properties["creationData"], "sourceUniqueId": unique}
        added.update({key: disk.properties[key] for key in ("hyperVGeneration",) if key in disk.properties})
    imported = DiskState.of(disk).imported
    if imported is not None:
        added["diskSizeBytes"] = imported
    return added


def _head(call: Call, type: str) -> Json:
    """The first keys of a 202's body."""
    if call.version >= _FIRST_WITH_ID:
        return {"name": call.name, "id": call.id(type), "type": type}
    return {"name": call.name} if type == DISK else {}


def patch(type: str) -> Handler:
    """The handler of a PATCH of disks or snapshots: size, sku, tags. Tags may change in any state of the disk, unless a switch is on."""

    def handler(call: Call) -> Answer:
        with call.lab.store.lock:
            disk = get(call, type)
            check_not_deleting(disk, "Update")
            if state(call.lab, disk) == "ActiveUpload" and call.lab.faults.on("no_patch_in_upload"):
                raise disk_errors.PATCH_UPLOAD(disk=disk.name)
            return _change(call, disk, call.body, echo=_echo_of_patch(call, type, disk))

    return handler


def _echo_of_patch(call: Call, type: str, disk: Resource) -> Json:
    """The body of the 202 after a PATCH: the disk with the changes that were asked for."""
    echo = _head(call, type)
    echo["location"] = disk.location
    tags = checked_tags(call.body)
    if tags is not None or "tags" in disk.body:
        echo["tags"] = disk.body.get("tags") if tags is None else tags
    echo["sku"] = {**disk.body["sku"], **(call.body.get("sku") or {})}
    properties: Json = {key: disk.properties[key] for key in ("osType", "creationData", "diskSizeGB") if key in disk.properties}
    properties.update(call.body.get("properties") or {})
    properties["provisioningState"] = "Updating"
    if call.version < _FIRST_WITH_ID:
        properties.update({"isArmResource": True} if type == DISK else {"isArmResource": True, "faultDomain": 0})
    elif "sourceUniqueId" in disk.properties["creationData"]:
        properties["creationData"] = {k: v for k, v in disk.properties["creationData"].items() if k != "sourceUniqueId"}
    echo["properties"] = properties
    return echo


def _change(call: Call, disk: Resource, body: Json, echo: Json) -> Answer:
    """Begin to change a disk that exists."""
    lab, given = call.lab, body.get("properties") or {}
    _check_unchanged(disk, given)
    size = given.get("diskSizeGB")
    resized = size is not None and size != disk.properties.get("diskSizeGB")
    if resized and DiskState.of(disk).upload:
        raise disk_errors.RESIZE_UPLOAD(disk=disk.name, state=state(lab, disk))
    if resized and size > disk.properties["diskSizeGB"] and state(lab, disk) == "Attached":
        raise disk_errors.RESIZE_RUNNING(disk=disk.name, vm=disk.body["managedBy"])
    tags = checked_tags(body)

    def work() -> Json:
        with lab.alone(disk.id):
            return _apply(lab, disk.id, body, tags)

    return accepted(call, work, disk.location, body=echo, kind=DISK_OPERATIONS, retry_after=2)


def _check_unchanged(disk: Resource, given: Json) -> None:
    """Refuse to change creationData."""
    creation = given.get("creationData") or {}
    known = disk.properties["creationData"]
    if creation and creation.get("createOption") != known["createOption"]:
        raise parameter_errors.UNCHANGEABLE(parameter="creationData.createOption", target="creationData.createOption")
    source = creation.get("sourceResourceId")
    if source and normal_id(source).lower() != str(known.get("sourceResourceId", known.get("sourceUri"))).lower():
        raise parameter_errors.UNCHANGEABLE(parameter="creationData.sourceResourceId", target="creationData.sourceResourceId")
    upload = creation.get("uploadSizeBytes")
    if upload and upload != known.get("uploadSizeBytes"):
        raise parameter_errors.UNCHANGEABLE(parameter="creationData.uploadSizeBytes", target="creationData.uploadSizeBytes")


def _apply(lab: Lab, id: str, body: Json, tags: dict[str, str] | None) -> Json:
    """Resize the disk's blob, then change its properties."""
    given = body.get("properties") or {}
    size = given.get("diskSizeGB")
    if size is not None:
        _resize(lab, _existing(lab, id), size)
    with lab.store.lock:
        disk = _existing(lab, id)
        _set_size(disk, (body.get("sku") or {}).get("name"), size)
        disk.properties.update({key: given[key] for key in _CHANGEABLE if given.get(key) is not None})
        if tags is not None:
            disk.body["tags"] = tags
        lab.store.put(disk)
        return view(lab, disk)


def _existing(lab: Lab, id: str) -> Resource:
    """The disk that is being changed, which must have been completed and must still exist."""
    disk = lab.store.find(id)
    if disk is None:
        raise resource_errors.BUSY()
    if DiskState.of(disk).key is None:
        raise compute_errors.SOURCE_FAILED(source=disk.id, state=disk.properties["provisioningState"])
    return disk


def _resize(lab: Lab, disk: Resource, size: int) -> None:
    """Grow the disk's blob to `size` GiB."""
    known = disk.properties.get("diskSizeGB", 0)
    if size < known:
        raise disk_errors.SHRINK()
    if size > known:
        key = DiskState.of(disk).key
        lab.blobs.resize(key, size * GIB)
        lab.blobs.write_footer(key)


def _set_size(disk: Resource, sku: str | None, size: int | None) -> None:
    """Change sku and size (in GiB), with the properties that follow from them."""
    properties = disk.properties
    if sku:
        disk.body["sku"] = {"name": sku, "tier": sku.split("_")[0]}
    performance = "diskIOPSReadWrite" in properties
    if "diskSizeBytes" not in properties:
        return
    if size is not None and size != properties["diskSizeGB"]:
        describe_size(properties, size * GIB, disk.body["sku"]["name"], performance=performance)
    elif sku and performance:
        describe_size(properties, properties["diskSizeBytes"], sku, performance=True)


def delete(type: str) -> Handler:
    """The handler of a DELETE of disks or snapshots. A disk that is attached or that access was given to is refused."""

    def handler(call: Call) -> Answer:
        lab = call.lab
        with lab.store.lock:
            disk = lab.store.find(call.id(type))
            if disk is None:
                return Answer(204)
            _check_detached(disk)
            if active_access(disk):
                raise disk_errors.ACTIVE_SAS(disk=disk.name, operation="deleting")
            disk.properties["provisioningState"] = "Deleting"
            lab.store.put(disk)
        return accepted(call, lambda: remove(lab, disk.id), disk.location, resource=disk.id, kind=DISK_OPERATIONS)

    return handler


def _check_detached(disk: Resource) -> None:
    if disk.body.get("managedBy"):
        raise disk_errors.ATTACHED_DELETE(disk=disk.name, vm=disk.body["managedBy"])


def remove(lab: Lab, id: str) -> None:
    """Delete the disk and its blobs."""
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None:
            return
        _check_detached(disk)
        lab.store.delete(id)
    hidden = DiskState.of(disk)
    for key in (hidden.key, hidden.making):
        if key is not None:
            lab.blobs.delete(key)


def _remove_with_access(lab: Lab, disk: Resource) -> None:
    """Delete a disk whose group is deleted; a grant on it ends at once."""
    hidden = DiskState.of(disk)
    if hidden.access and hidden.key is not None:
        lab.blobs.revoke(hidden.key)
    remove(lab, disk.id)


def _owner(disk: Resource) -> str | None:
    return disk.body.get("managedBy")


_SINCE = {
    "properties.hyperVGeneration": "2018-09-30",
    "properties.encryptionSettingsCollection": "2018-09-30",
    "properties.creationData.sourceUniqueId": "2019-03-01",
    "properties.creationData.uploadSizeBytes": "2019-03-01",
    "properties.diskSizeBytes": "2019-03-01",
    "properties.uniqueId": "2019-03-01",
    "properties.encryption": "2019-07-01",
    "properties.creationData.galleryImageReference": "2019-11-01",
    "properties.diskAccessId": "2020-05-01",
    "properties.networkAccessPolicy": "2020-05-01",
    "properties.purchasePlan": "2020-09-30",
    "properties.supportsHibernation": "2020-12-01",
    "properties.supportedCapabilities": "2021-04-01",
    "properties.publicNetworkAccess": "2021-04-01",
    "properties.completionPercent": "2021-04-01",
    "properties.dataAccessAuthMode": "2021-12-01",
    "properties.LastOwnershipUpdateTime": "2023-04-02",
}
"""The properties of disks and snapshots with the first version whose model has them: those of azure-mgmt-compute 30 and older."""
_SINCE_OF_DISKS = {
    "properties.maxShares": "2019-11-01",
    "properties.tier": "2020-06-30",
    "properties.burstingEnabled": "2020-09-30",
    "properties.securityProfile": "2020-12-01",
}


def disk_type(type: str, op: str, since: dict[str, str], put_handler: Handler, put_bucket: str) -> ResourceType:
    """The declaration that disks and snapshots share. They differ in their PUT and in properties that only snapshots have."""
    name = type.partition("/")[2]
    path = in_group(COMPUTE, f"{name}/{{name}}")
    return ResourceType(
        namespace=COMPUTE,
        name=name,
        op=op,
        versions=VERSIONS,
        routes=(
            Route("PUT", path, put_handler, f"{op}.put", put_bucket),
            Route("PATCH", path, patch(type), f"{op}.patch", "CreateUpdateDisks"),
            Route("DELETE", path, delete(type), f"{op}.delete", "DeleteDisks"),
            Route("POST", f"{path}/beginGetAccess", get_access.begin(type), f"{op}.begin_access", "HighCostDiskHydrate"),
            Route("POST", f"{path}/endGetAccess", get_access.end(type), f"{op}.end_access", "HighCostDiskHydrate"),
        ),
        buckets=("LowCostGet", "HighCostGet"),
        since={**_SINCE, **since},
        view=view,
        user=_owner,
        settle=settle_disk,
        remove=_remove_with_access,
    )


TYPE = disk_type(DISK, "disk", _SINCE_OF_DISKS, put(DISK), "CreateUpdateDisks")
