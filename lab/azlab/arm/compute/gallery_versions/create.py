"""Creating a version: it is checked and stored, then its disks are copied, and then it is replicated."""

from __future__ import annotations

import uuid

from azlab.arm.compute.common import GALLERY_IMAGE_VERSION
from azlab.arm.compute.disks.builder import write
from azlab.arm.compute.disks.state import shown_gib
from azlab.arm.compute.gallery_versions import errors as version_errors
from azlab.arm.compute.gallery_versions import source_errors
from azlab.arm.compute.gallery_versions.definitions import security_type
from azlab.arm.compute.gallery_versions.profile import Home, new_profile, safety
from azlab.arm.compute.gallery_versions.regions import check_encryption
from azlab.arm.compute.gallery_versions.replication import await_replicas, begin
from azlab.arm.compute.gallery_versions.sources import VersionPlan, plan
from azlab.arm.compute.gallery_versions.state import VersionBlob, VersionState
from azlab.arm.core import resource_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.arm.http.bodies import checked_tags
from azlab.arm.http.calls import Call
from azlab.store import Resource

_WITH_UEFI = ("TrustedLaunchSupported", "TrustedLaunchAndConfidentialVmSupported")


def reserve(call: Call, id: str, definition: Resource, home: Home, known: Resource | None) -> tuple[Resource, VersionPlan, list[str]]:
    """Check the request for a new version and store it. `known` is what a failed attempt left; so are the blobs that are returned."""
    lab, given, tags = call.lab, call.body.get("properties") or {}, checked_tags(call.body)
    profile = new_profile(given.get("publishingProfile") or {}, home)
    planned = plan(lab, given.get("storageProfile") or {}, definition, home.location)
    _check_free(lab, id, planned.source)
    regions = profile["targetRegions"]
    check_encryption(home.subscription, regions, [int(lun) for lun in planned.contents if lun != "os"])
    if not planned.encryptable and any(each.get("encryption") for each in regions):
        raise source_errors.ENCRYPTED_ELSEWHERE(id=planned.source)
    _check_uefi(given, definition)
    body: Json = {"name": home.version, "id": id, "type": GALLERY_IMAGE_VERSION, "location": home.location}
    if tags is not None:
        body["tags"] = tags
    body["properties"] = {
        "publishingProfile": profile,
        "storageProfile": planned.storage,
        "safetyProfile": safety(given.get("safetyProfile") or {}),
        "provisioningState": "Creating",
    }
    if given.get("securityProfile"):
        body["properties"]["securityProfile"] = given["securityProfile"]
    version = Resource(id, GALLERY_IMAGE_VERSION, call.group, home.version, body)
    keys = [f"g-{uuid.uuid4()}" for _ in planned.contents]
    left = VersionState.of(known).making if known else []
    lab.store.put(VersionState(making=keys, source=planned.source).keep(version))
    return version, planned, left


def _check_free(lab: Lab, id: str, source: str) -> None:
    """Refuse a source of which another version is being made, if a switch says so."""
    if not lab.faults.on("one_version_per_source"):
        return
    others = (each for each in lab.store.list(GALLERY_IMAGE_VERSION) if each.id.lower() != id.lower())
    if any(VersionState.of(each).source == source and each.properties["provisioningState"] == "Creating" for each in others):
        raise source_errors.BUSY_SOURCE(id=source)


def _check_uefi(given: Json, definition: Resource) -> None:
    """Refuse UEFI settings for an image whose security type has no use for them."""
    type = security_type(definition)
    if (given.get("securityProfile") or {}).get("uefiSettings") and type not in _WITH_UEFI:
        raise version_errors.NO_UEFI(type=type)


def make(lab: Lab, reserved: Resource, planned: VersionPlan, left: list[str]) -> None:
    """Remove the blobs that a failed attempt left, copy the disks of the source, then replicate the version."""
    with lab.alone(reserved.id):
        for key in left:
            lab.blobs.delete(key)
        if planned.late is not None:
            raise planned.late
        blobs = dict(zip(planned.contents, VersionState.of(reserved).making, strict=True))
        for lun, key in blobs.items():
            write(lab, key, planned.contents[lun])
        _complete(lab, reserved.id, planned, blobs)
        await_replicas(lab, reserved.id)


def _complete(lab: Lab, id: str, planned: VersionPlan, blobs: dict[str, str]) -> None:
    """Show the disks of a version whose blobs are there, and begin its replicas. It may have been deleted, and even created again."""
    with lab.store.lock:
        version = lab.store.find(id)
        if version is None or is_deleting(version) or VersionState.of(version).making != list(blobs.values()):
            for key in blobs.values():
                lab.blobs.delete(key)
            raise resource_errors.BUSY()
        version.properties["storageProfile"] = {**version.properties["storageProfile"], **_shown(planned)}
        disks = {lun: VersionBlob(key, planned.contents[lun].size, planned.disks[lun]["hostCaching"]) for lun, key in blobs.items()}
        begin(lab, VersionState(disks=disks).keep(version))
        lab.store.put(version)


def _shown(planned: VersionPlan) -> Json:
    """The disks of a version in its storageProfile, with their sizes."""
    sized = {lun: {"sizeInGB": shown_gib(planned.contents[lun].size), **disk} for lun, disk in planned.disks.items()}
    luns = sorted(int(lun) for lun in sized if lun != "os")
    data = [{"lun": lun, **sized[str(lun)]} for lun in luns]
    return {"osDiskImage": {"source": {}, **sized["os"]}, **({"dataDiskImages": data} if data else {})}
