"""Single disks, snapshots and blobs as the sources of a version's disks."""

from __future__ import annotations

from azlab.arm.compute.catalog import blob_size
from azlab.arm.compute.common import DISK, SNAPSHOT
from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.disks.state import check_usable
from azlab.arm.compute.gallery_versions import source_errors
from azlab.arm.compute.gallery_versions.definitions import STANDARD
from azlab.arm.compute.gallery_versions.facts import Facts
from azlab.arm.compute.gallery_versions.found import Found, check_stored, checked_id, local
from azlab.arm.compute.gallery_versions.security import BLOB, DISK_KIND, SNAPSHOT_KIND
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab

_KINDS = {DISK.lower(): DISK_KIND, SNAPSHOT.lower(): SNAPSHOT_KIND}


def entries(profile: Json) -> list[tuple[str, Json]]:
    """The disks that a request's storageProfile names, with `os` or their LUN."""
    data = [(str(each.get("lun")), each) for each in profile.get("dataDiskImages") or []]
    return [("os", profile["osDiskImage"]), *data] if profile.get("osDiskImage") else data


def find(lab: Lab, profile: Json, location: str) -> Found:
    """The disks that a storageProfile names one by one. One for the OS must be among them."""
    given = entries(profile)
    luns = [lun for lun, _ in given]
    if "None" in luns:
        raise parameter_errors.MISSING(parameter="dataDiskImages.lun", target="dataDiskImages.lun")
    if len(set(luns)) != len(luns):
        raise source_errors.DUPLICATE_LUNS(target="galleryImageVersion.properties.storageProfile.dataDiskImages")
    if "os" not in luns or not all(entry.get("source") for _, entry in given):
        raise source_errors.ONE_SOURCE(target="galleryImageVersion.properties.storageProfile")
    _check_distinct([entry["source"] for _, entry in given])
    found = {lun: _find(lab, lun, entry["source"], location) for lun, entry in given}
    captions = {lun: _caption(entry, found[lun][0]) for lun, entry in given}
    return Found(found["os"][0], {lun: content for lun, (_, content) in found.items()}, captions)


def shown(found: Found) -> Json:
    """The storageProfile of a version that is being made of single disks."""
    data = [{"lun": int(lun), **disk} for lun, disk in found.disks.items() if lun != "os"]
    return {"osDiskImage": found.disks["os"], **({"dataDiskImages": data} if data else {})}


def _caption(entry: Json, facts: Facts) -> Json:
    """A disk as the version shows it, without its size."""
    source = entry["source"]
    kept = {"id": facts.id} if source.get("id") else {key: source[key] for key in ("uri", "storageAccountId")}
    return {"hostCaching": entry.get("hostCaching") or "None", "source": kept}


def _check_distinct(sources: list[Json]) -> None:
    ids = [str(each["id"]).strip("/").lower() for each in sources if each.get("id")]
    if len(set(ids)) != len(ids):
        raise source_errors.DUPLICATE_IDS(target="galleryImageVersion.properties.storageProfile")
    uris = [str(each["uri"]).lower() for each in sources if each.get("uri")]
    if len(set(uris)) != len(uris):
        raise source_errors.SAME_BLOB(uri=next(each for each in uris if uris.count(each) > 1))


def _find(lab: Lab, lun: str, source: Json, location: str) -> tuple[Facts, Content]:
    """One disk: what is known about it, and its bytes."""
    if bool(source.get("id")) == bool(source.get("uri")):
        raise source_errors.ONE_SOURCE(target="galleryImageVersion.properties.storageProfile")
    if source.get("uri"):
        return _of_blob(lab, source)
    place = f"{'osDiskImage' if lun == 'os' else 'dataDiskImages'}.source"
    found = local(lab, checked_id(source["id"], place), location)
    if found.type.lower() not in _KINDS:
        raise source_errors.DISK_KIND(id=found.id)
    check_usable(lab, found)
    check_stored(found, f"galleryImageVersion.properties.storageProfile.{place}")
    properties = found.properties
    facts = Facts(
        found.id,
        _KINDS[found.type.lower()],
        os_type=properties.get("osType"),
        generation=properties.get("hyperVGeneration"),
        plan=properties.get("purchasePlan"),
        security=(properties.get("securityProfile") or {}).get("securityType") or STANDARD,
    )
    return facts, Content(properties["diskSizeBytes"], found)


def _of_blob(lab: Lab, source: Json) -> tuple[Facts, Content]:
    """A blob in a storage account, which must be named too."""
    if not source.get("storageAccountId"):
        raise parameter_errors.MISSING(parameter="source.storageAccountId", target="source.storageAccountId")
    size = blob_size(lab, source["uri"])
    if size is None:
        raise image_errors.NO_BLOB(uri=source["uri"])
    return Facts(source["uri"], BLOB), Content(size, imported=True)
