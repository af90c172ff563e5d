"""The publishingProfile and the safetyProfile of a version: what a request asks for, as a GET shows it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from azlab.arm.compute.galleries import errors as gallery_errors
from azlab.arm.compute.gallery_versions import errors as version_errors
from azlab.arm.compute.gallery_versions.regions import checked_count, checked_regions
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json
from azlab.arm.core.times import now

_STRATEGY_SINCE = "2025-03-03"
"""From this version on, a version that names neither a storage account type nor a strategy is stored zone-redundantly."""
_STRATEGIES = {"PreferStandard_ZRS": "Standard_ZRS", "DefaultStandard_LRS": "Standard_LRS"}
_TYPES = ("Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS")
_MODES = ("Full", "Shallow")
_GIVEN = ("replicationMode", "storageAccountStrategy")


@dataclass(frozen=True)
class Home:
    """The place and the name of a version, and the api-version of the request about it."""

    subscription: str
    version: str
    location: str
    written: str
    """The region as the request writes it."""
    api: str


def new_profile(given: Json, home: Home) -> Json:
    """The publishingProfile of a new version."""
    strategy = given.get("storageAccountStrategy")
    if strategy and given.get("storageAccountType"):
        raise version_errors.TYPE_AND_STRATEGY(target="galleryImageVersion.properties.publishingProfile")
    if not strategy and not given.get("storageAccountType") and home.api >= _STRATEGY_SINCE:
        strategy = "PreferStandard_ZRS"
    _check_word("storageAccountStrategy", strategy, tuple(_STRATEGIES))
    storage = given.get("storageAccountType") or _STRATEGIES.get(strategy or "", "Standard_LRS")
    return complete({**given, "storageAccountStrategy": strategy}, storage, now(), home)


def complete(given: Json, storage: str, published: str, home: Home) -> Json:
    """A publishingProfile with everything that Azure fills in."""
    _check_word("storageAccountType", storage, _TYPES)
    _check_word("replicationMode", given.get("replicationMode"), _MODES)
    count = given.get("replicaCount")
    replicas = checked_count("replicaCount", 1 if count is None else count)
    regions = checked_regions(given.get("targetRegions") or [], home.location, home.written, replicas, storage)
    for region in regions:
        _check_word("targetRegions.storageAccountType", region["storageAccountType"], _TYPES)
    if given.get("replicationMode") == "Shallow" and (len(regions) > 1 or regions[0]["regionalReplicaCount"] > 1):
        raise version_errors.SHALLOW(version=home.version)
    shown: Json = {
        "targetRegions": regions,
        "replicaCount": replicas,
        "excludeFromLatest": bool(given.get("excludeFromLatest")),
        "publishedDate": published,
        "storageAccountType": storage,
    }
    if given.get("endOfLifeDate") is not None:
        shown["endOfLifeDate"] = _moment(str(given["endOfLifeDate"])).isoformat()
    return {**shown, **{key: given[key] for key in _GIVEN if given.get(key) is not None}}


def _check_word(parameter: str, value: str | None, words: tuple[str, ...]) -> None:
    if value is not None and value not in words:
        raise parameter_errors.BAD_VALUE(value=value, parameter=parameter, target=f"galleryImageVersion.properties.{parameter}")


def safety(given: Json, known: Json | None = None) -> Json:
    """The safetyProfile of a version that had this one before."""
    changed = {key: value for key, value in given.items() if value is not None}
    return {"reportedForPolicyViolation": False, **(known or {}), **changed}


def deletion_blocked(properties: Json) -> bool:
    """Whether a version must not be deleted before its end of life, which has not come."""
    if not (properties.get("safetyProfile") or {}).get("blockDeletionBeforeEndOfLife"):
        return False
    end = properties["publishingProfile"].get("endOfLifeDate")
    return end is not None and _moment(str(end)) > datetime.datetime.now(datetime.timezone.utc)


def _moment(text: str) -> datetime.datetime:
    """The time that a date or time names, in UTC if it names no zone."""
    try:
        found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise gallery_errors.BAD_DATE(value=text, parameter="publishingProfile.endOfLifeDate") from None
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)
