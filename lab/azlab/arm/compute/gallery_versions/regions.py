"""The target regions of a version: their names, their numbers of replicas, and the encryption of the disks in each."""

from __future__ import annotations

import re

from azlab.arm.compute.common import GALLERY
from azlab.arm.compute.gallery_versions import errors as version_errors
from azlab.arm.core.json import Json
from azlab.arm.http.bodies import location_of
from azlab.settings import LOCATIONS

_MOST_REPLICAS = 100
_DES = re.compile(r"^/subscriptions/([^/]+)/resourceGroups/[^/]+/providers/Microsoft\.Compute/diskEncryptionSets/[^/]+$", re.IGNORECASE)
_OS_DISK = "galleryArtifactVersion.properties.publishingProfile.targetRegions.encryption.osDiskImage.diskEncryptionSetId"


def region_of(name: str) -> str:
    """The region with a name in any spelling."""
    return location_of({"location": name}, GALLERY)


def region_names(entries: list[Json]) -> list[str]:
    """The regions of the entries, as ids write them."""
    return [region_of(str(each.get("name") or "")) for each in entries]


def checked_regions(entries: list[Json], location: str, written: str, replicas: int, storage: str) -> list[Json]:
    """The target regions as a GET shows them. `location` is the version's, `written` its spelling in the request.

    `replicas` and `storage` are what a region has that does not say it.
    """
    entries = entries or [{"name": location}]
    names = region_names(entries)
    if len(set(names)) != len(names):
        raise version_errors.DUPLICATE_REGION(target="galleryImageVersion.properties.publishingProfile.targetRegions")
    if location not in names:
        raise version_errors.HOME_REGION(regions=",".join(names), location=written)
    return [_shown(name, entry, replicas, storage) for name, entry in zip(names, entries, strict=True)]


def _shown(name: str, entry: Json, replicas: int, storage: str) -> Json:
    count = entry.get("regionalReplicaCount")
    shown: Json = {
        "name": LOCATIONS[name],
        "regionalReplicaCount": checked_count("regionalReplicaCount", replicas if count is None else count),
        "storageAccountType": entry.get("storageAccountType") or storage,
    }
    return {**shown, **{key: entry[key] for key in ("encryption", "excludeFromLatest") if entry.get(key) is not None}}


def checked_count(parameter: str, value: int) -> int:
    """A number of replicas."""
    if not 1 <= value <= _MOST_REPLICAS:
        raise version_errors.OUT_OF_RANGE(value=value, parameter=parameter, least=1, most=_MOST_REPLICAS)
    return value


def check_encryption(subscription: str, regions: list[Json], luns: list[int]) -> None:
    """Refuse disk encryption sets that do not exist in the form of an id, or that only some of the regions name for a disk."""
    for region in regions:
        _check_luns(region, luns)
    for disk in ("os", *map(str, luns)):
        sets = [(region["name"], _set_of(region, disk)) for region in regions]
        _check_sets(subscription, disk, sets)


def _check_luns(region: Json, known: list[int]) -> None:
    given = [each.get("lun") for each in (region.get("encryption") or {}).get("dataDiskImages") or []]
    if twins := sorted({lun for lun in given if given.count(lun) > 1}):
        raise version_errors.DES_LUNS(luns=",".join(map(str, twins)), region=region["name"])
    for lun in given:
        if lun not in known:
            raise version_errors.DES_LUN(lun=lun, known=",".join(map(str, known)))


def _set_of(region: Json, disk: str) -> str | None:
    """The disk encryption set of a disk in a region."""
    encryption = region.get("encryption") or {}
    entries = encryption.get("dataDiskImages") or []
    found = encryption.get("osDiskImage") if disk == "os" else next((each for each in entries if str(each.get("lun")) == disk), None)
    return (found or {}).get("diskEncryptionSetId")


def _check_sets(subscription: str, disk: str, sets: list[tuple[str, str | None]]) -> None:
    named = [(region, found) for region, found in sets if found]
    for _, name in named:
        match = _DES.match(name)
        if match is None:
            raise version_errors.BAD_DES(disk="osDiskImage" if disk == "os" else "dataDiskImages")
        if match[1].lower() != subscription.lower():
            raise version_errors.OTHER_DES(set=name, subscription=subscription)
    for region, found in sets:
        if named and not found:
            other, its = named[0]
            shown = _OS_DISK if disk == "os" else f"LUN {disk}"
            raise version_errors.DES_MISSING(disk=shown, region=region, set=its, other=other)
