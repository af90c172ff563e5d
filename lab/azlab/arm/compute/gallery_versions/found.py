"""A source of a version that exists, and checks that all kinds of sources share."""

from __future__ import annotations

from dataclasses import dataclass, field

from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.gallery_versions import source_errors
from azlab.arm.compute.gallery_versions.facts import Facts
from azlab.arm.core.ids import normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.store import Resource


@dataclass(frozen=True)
class Found:
    """A source: what it says about its system, and its disks by `os` or LUN, as the version shows them and as bytes."""

    facts: Facts
    contents: dict[str, Content]
    disks: dict[str, Json] = field(default_factory=dict)


def checked_id(id: str, place: str) -> str:
    """The id of a source in the form of a resource's id. `place` is the property below storageProfile."""
    normal = normal_id(id)
    if not normal.lower().startswith(("/subscriptions/", "/providers/")):
        raise source_errors.BAD_SOURCE_ID(id=id, place=place)
    return normal


def local(lab: Lab, id: str, location: str) -> Resource:
    """The resource that is a source, which must exist and be in the version's region."""
    source = lab.store.find(id)
    if source is None or source.location != location:
        raise source_errors.NOT_HERE(id=id, target="galleryImageVersion.properties.storageProfile")
    return source


def check_stored(source: Resource, place: str, *, vm: str = "") -> None:
    """Refuse a disk of a type that galleries do not hold. `vm` is the id of the VM that has the disk, if a VM is the source."""
    sku = (source.body.get("sku") or {}).get("name")
    if sku == "PremiumV2_LRS":
        raise source_errors.PREMIUM_V2(target=place)
    if sku == "UltraSSD_LRS" and vm:
        raise source_errors.ULTRA(vm=vm, disk=source.id, target=place)
    if sku == "UltraSSD_LRS":
        raise source_errors.ULTRA_DISK(id=source.id, sku=sku, target=place)
