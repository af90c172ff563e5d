"""Finding the version of a gallery image that a VM, a disk or another version is made from."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from azlab.arm.compute.common import GALLERY_IMAGE
from azlab.arm.compute.galleries.lifecycle import nested_in
from azlab.arm.compute.galleries.visible import community_gallery, shared_gallery
from azlab.arm.compute.gallery_versions import use_errors
from azlab.arm.compute.gallery_versions.regions import region_of
from azlab.arm.compute.gallery_versions.state import Replica, VersionState
from azlab.arm.core.ids import normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.arm.core.times import age
from azlab.faults import LATE
from azlab.store import Resource

_OWN = re.compile(r"(/subscriptions/.+/providers/Microsoft\.Compute/galleries/[^/]+/images/[^/]+)(?:/versions/([^/]+))?", re.IGNORECASE)
_FOREIGN = re.compile(r"/(?:sharedGalleries|communityGalleries)/([^/]+)/images/([^/]+)(?:/versions/([^/]+))?", re.IGNORECASE)


@dataclass(frozen=True)
class UsableVersion:
    """A version that can be used in a region, with its image definition."""

    version: Resource
    definition: Resource


def written(reference: Json) -> str:
    """The id or path that a reference names, as the request writes it."""
    return str(next((reference[key] for key in ("id", "sharedGalleryImageId", "communityGalleryImageId") if reference.get(key)), ""))


def check_reference(reference: Json, place: str) -> None:
    """Refuse the path of a shared or community gallery where the id of a resource belongs. `place` names the property."""
    id = reference.get("id")
    if id and not normal_id(id).lower().startswith(("/subscriptions/", "/providers/")):
        raise use_errors.BAD_REFERENCE(id=id, place=place)


@dataclass(frozen=True)
class Place:
    """The place in which a version is to be used: a region, and a subscription that galleries may be shared with."""

    location: str
    subscription: str


def find_usable(lab: Lab, reference: Json, place: Place) -> UsableVersion | None:
    """The version that a reference names; None if it names nothing that the lab's galleries hold, or nothing that is shared.

    A reference without a version, or with the version `latest`, names the latest one in the region that is not excluded.
    """
    location = place.location
    definition, name = _named(lab, reference, place.subscription)
    if definition is None:
        return None
    id = written(reference)
    versions = nested_in(lab, definition)
    if name is None or name.lower() == "latest":
        return UsableVersion(_latest(lab, versions, id, location), definition)
    version = next((each for each in versions if each.name == name), None)
    if version is None or not is_usable(lab, version, location):
        raise use_errors.NOT_IN_REGION(image=id, location=location, target="imageReference")
    return UsableVersion(version, definition)


def _named(lab: Lab, reference: Json, subscription: str) -> tuple[Resource | None, str | None]:
    """The image definition and the version that a reference names."""
    if reference.get("id"):
        match = _OWN.fullmatch(normal_id(reference["id"]))
        found = lab.store.find(match[1]) if match else None
        return (found if found is not None and found.type == GALLERY_IMAGE else None), match[2] if match else None
    match = _FOREIGN.fullmatch(normal_id(reference.get("sharedGalleryImageId") or reference.get("communityGalleryImageId") or ""))
    if match is None:
        return None, None
    shared = reference.get("sharedGalleryImageId")
    gallery = shared_gallery(lab, match[1], subscription) if shared else community_gallery(lab, match[1])
    return (lab.store.find(f"{gallery.id}/images/{match[2]}") if gallery else None), match[3]


def _latest(lab: Lab, versions: list[Resource], id: str, location: str) -> Resource:
    offered = [each for each in versions if _is_offered(each, location)]
    if not offered:
        raise use_errors.NO_LATEST(image=id)
    usable = [each for each in offered if is_usable(lab, each, location)]
    if not usable:
        raise use_errors.NOT_IN_REGION(image=id, location=location, target="imageReference")
    return max(usable, key=lambda each: [int(part) for part in each.name.split(".")])


def _is_offered(version: Resource, location: str) -> bool:
    """Whether a version is not excluded from latest in a region: the flag of the region counts before that of the version.

    A soft-deleted version is never the latest.
    """
    if VersionState.of(version).soft_deleted_until is not None:
        return False
    profile = version.properties["publishingProfile"]
    own = next((each.get("excludeFromLatest") for each in profile["targetRegions"] if region_of(each["name"]) == location), None)
    return not (profile.get("excludeFromLatest") if own is None else own)


def is_usable(lab: Lab, version: Resource, location: str) -> bool:
    """Whether a version has a replica in a region; with `lagging_regions`, only some seconds after the replica is complete.

    A soft-deleted one is usable until its consumption ends.
    """
    state = VersionState.of(version)
    replica = state.replicas.get(location)
    if state.soft_deleted_until is not None and age(state.soft_deleted_until) >= 0:
        return False
    return bool(state.disks) and not is_deleting(version) and replica is not None and _is_there(lab, replica)


def _is_there(lab: Lab, replica: Replica) -> bool:
    lag = LATE if lab.faults.on("lagging_regions") else 0.0
    return replica.state == "Completed" and time.time() >= replica.ends + lag
