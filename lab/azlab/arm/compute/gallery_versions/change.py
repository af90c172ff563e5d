"""Changing a version that exists, by PUT or PATCH: its regions, its replicas, its flags and its tags."""

from __future__ import annotations

from azlab.arm.compute.gallery_versions import errors as version_errors
from azlab.arm.compute.gallery_versions.disk_sources import entries
from azlab.arm.compute.gallery_versions.profile import Home, complete, safety
from azlab.arm.compute.gallery_versions.regions import check_encryption, region_names, region_of
from azlab.arm.compute.gallery_versions.sources import WHOLE
from azlab.arm.compute.gallery_versions.state import VersionState
from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.store import Resource

_FIXED = ("storageAccountType", "replicationMode", "storageAccountStrategy")


def check_writable(lab: Lab, version: Resource) -> None:
    """Refuse to change a version that is being deleted, or one that is being written if a switch says so.

    Clients that change it at the same time lose each other's regions without an error: https://github.com/Azure/AgentBaker/pull/8823
    """
    state = version.properties["provisioningState"]
    if is_deleting(version):
        raise version_errors.VERSION_DELETING(operation="Update Gallery Image Version", version=version.name)
    busy = {"Creating": "one_writer_while_creating", "Updating": "no_update_while_replicating"}.get(state)
    if busy and lab.faults.on(busy):
        raise version_errors.BEING_WRITTEN(version=version.name, state=state)


def changed(lab: Lab, version: Resource, given: Json, home: Home, *, whole: bool) -> Json:
    """The properties of a version after a change. `whole`: the request is a PUT, which replaces the whole publishingProfile."""
    known = version.properties
    if not lab.faults.on("silent_sources"):
        _check_same_source(known["storageProfile"], given.get("storageProfile") or {})
    asked = {key: value for key, value in (given.get("publishingProfile") or {}).items() if value is not None}
    _check_fixed(known["publishingProfile"], asked)
    base = {key: known["publishingProfile"][key] for key in ("targetRegions", *_FIXED) if key in known["publishingProfile"]}
    merged = {**(base if whole else known["publishingProfile"]), **asked}
    profile = complete(merged, known["publishingProfile"]["storageAccountType"], known["publishingProfile"]["publishedDate"], home)
    _check_regions(known["publishingProfile"]["targetRegions"], profile["targetRegions"], asked)
    luns = [int(lun) for lun in VersionState.of(version).disks if lun != "os"]
    check_encryption(home.subscription, profile["targetRegions"], luns)
    safe = safety(given.get("safetyProfile") or {}, known.get("safetyProfile"))
    _check_removed(lab, version, profile["targetRegions"], safe)
    return {**known, "publishingProfile": profile, "safetyProfile": safe}


def _check_same_source(known: Json, given: Json) -> None:
    """Refuse another source. A source that the request leaves out is not changed."""
    for key in WHOLE:
        _check_same(known.get("source") or {}, given.get("source") or {}, key, "source")
    known_disks = dict(entries(known))
    for lun, disk in entries(given):
        if lun not in known_disks and "osDiskImage" in known:
            raise version_errors.NEW_LUN(target="galleryImageVersion.properties.storageProfile.dataDiskImages")
        place = "osDiskImage.source" if lun == "os" else "dataDiskImages.source"
        for key in ("id", "uri"):
            _check_same(known_disks.get(lun, {}).get("source") or {}, disk.get("source") or {}, key, place)


def _check_same(known: Json, given: Json, key: str, place: str) -> None:
    if given.get(key) and _plain(given[key]) != _plain(known.get(key) or ""):
        path = f"galleryImageVersion.properties.storageProfile.{place}.{key}"
        raise parameter_errors.UNCHANGEABLE(parameter=path, target=path)


def _plain(source: str) -> str:
    """An id or address, as it is compared."""
    return normal_id(source).lower()


def _check_fixed(known: Json, asked: Json) -> None:
    """Refuse to change what is chosen when a version is created."""
    for key in _FIXED:
        if asked.get(key) and key in known and asked[key] != known[key]:
            path = f"galleryImageVersion.properties.publishingProfile.{key}"
            raise parameter_errors.UNCHANGEABLE(parameter=path, target=path)


def _check_regions(known: list[Json], regions: list[Json], asked: Json) -> None:
    """Refuse to change the type of storage or the encryption of a region that the version has already."""
    before = {region_of(each["name"]): each for each in known}
    named = {region_of(str(each["name"])): each for each in asked.get("targetRegions") or []}
    for region in regions:
        name = region_of(region["name"])
        old = before.get(name)
        if old is None:
            continue
        if region["storageAccountType"] != old["storageAccountType"]:
            _refuse_storage(region["name"], old["storageAccountType"], explicit=bool(named.get(name, {}).get("storageAccountType")))
        if (region.get("encryption") or None) != (old.get("encryption") or None):
            path = "galleryImageVersion.properties.publishingProfile.targetRegions.encryption"
            raise parameter_errors.UNCHANGEABLE(parameter=path, target=path)


def _refuse_storage(region: str, type: str, *, explicit: bool) -> None:
    if not explicit:
        raise version_errors.OTHER_STORAGE(region=region, type=type)
    path = "galleryImageVersion.properties.publishingProfile.targetRegions.storageAccountType"
    raise parameter_errors.UNCHANGEABLE(parameter=path, target=path)


def _check_removed(lab: Lab, version: Resource, regions: list[Json], safe: Json) -> None:
    """Refuse to remove a region unless the version's safetyProfile allows it. Where it says nothing, a switch does."""
    known = region_names(version.properties["publishingProfile"]["targetRegions"])
    removed = [name for name in known if name not in region_names(regions)]
    allowed = safe.get("allowDeletionOfReplicatedLocations")
    if removed and allowed is False:
        raise version_errors.KEPT_REGION(regions=",".join(removed), version=version.name)
    if removed and allowed is None and lab.faults.on("keep_replicated_regions"):
        raise version_errors.KEPT_REGION_UNSAID(regions=",".join(removed), version=version.name)
