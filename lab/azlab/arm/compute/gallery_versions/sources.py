"""The source of a version: one whole source, or single disks; and what is to be made of it."""

from __future__ import annotations

from dataclasses import dataclass

from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.gallery_versions import disk_sources, source_errors, whole_sources
from azlab.arm.compute.gallery_versions.facts import check_facts, late_refusal
from azlab.arm.compute.gallery_versions.security import BLOB, VERSION_KIND
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.refusals import AzureError
from azlab.store import Resource

WHOLE = ("id", "virtualMachineId", "communityGalleryImageId")


@dataclass(frozen=True)
class VersionPlan:
    """A version that is to be made."""

    storage: Json
    """The storageProfile as the first answer shows it."""
    disks: dict[str, Json]
    """`os` or a LUN -> that disk as the version shows it once it is made, without its size."""
    contents: dict[str, Content]
    """`os` or a LUN -> the bytes of that disk."""
    source: str
    """The id of the source, in lower case."""
    encryptable: bool
    """Whether a version of this source can be encrypted with a disk encryption set."""
    late: AzureError | None
    """The refusal that ends the operation."""


def plan(lab: Lab, profile: Json, definition: Resource, location: str) -> VersionPlan:
    """Check the storageProfile of a new version, and plan its disks."""
    source = profile.get("source") or {}
    whole = [key for key in WHOLE if source.get(key)]
    single = [each for each in disk_sources.entries(profile) if each[1].get("source")]
    if len(whole) + bool(single) != 1:
        raise source_errors.ONE_SOURCE(target="galleryImageVersion.properties.storageProfile")
    if whole:
        found = whole_sources.find(lab, source, whole[0], location)
        shown = {"source": {whole[0]: found.facts.id}}
    else:
        found = disk_sources.find(lab, profile, location)
        shown = disk_sources.shown(found)
    check_facts(lab, found.facts, definition)
    captions = {**found.disks, **_hosted(profile, found.disks)}
    encryptable = found.facts.kind not in (BLOB, VERSION_KIND)
    return VersionPlan(shown, captions, found.contents, found.facts.id.lower(), encryptable, late_refusal(found.facts, definition))


def _hosted(profile: Json, disks: dict[str, Json]) -> dict[str, Json]:
    """The disks for which the request gives a caching of its own."""
    given = dict(disk_sources.entries(profile))
    return {lun: {**disk, "hostCaching": given[lun]["hostCaching"]} for lun, disk in disks.items() if given.get(lun, {}).get("hostCaching")}
