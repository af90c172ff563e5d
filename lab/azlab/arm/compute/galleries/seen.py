"""How others see a gallery and what is nested in it, in a region: by the Compute API, and by Resource Graph."""

from __future__ import annotations

from dataclasses import dataclass

from azlab.arm.compute.galleries.state import GalleryState
from azlab.arm.compute.galleries.visible import unique_name_of
from azlab.arm.compute.gallery_versions.state import VersionState
from azlab.arm.core.json import Json
from azlab.store import Resource

COMMUNITY, SHARED = "CommunityGalleries", "SharedGalleries"
_DISCLAIMER = {"disclaimer": "https://aka.ms/community-gallery-disclaimer"}
_IMAGE = (
    *("osType", "osState", "endOfLifeDate", "identifier", "recommended", "disallowed", "hyperVGeneration", "features", "purchasePlan"),
    *("architecture", "privacyStatementUri", "eula"),
)
"""The properties of a definition that others see."""
_SHOWS_SOFT_DELETION = "2026-03-03"
"""The first api-version whose model has the state of a version."""


@dataclass(frozen=True)
class Seen:
    """The view of others, in a region, on galleries that are shared with the community, or directly. An older API shows less."""

    location: str
    is_public: bool
    version_of_api: str = _SHOWS_SOFT_DELETION

    def gallery(self, gallery: Resource) -> Json:
        """A gallery."""
        info = GalleryState.of(gallery).community or {}
        facts = {key: info[key] for key in ("publisherUri", "publisherContact", "eula", "publicNames") if key in info}
        return self._shown(gallery, (), {"communityMetadata": facts} if self.is_public else None)

    def image(self, gallery: Resource, image: Resource) -> Json:
        """A definition."""
        properties = {name: image.properties[name] for name in _IMAGE if name in image.properties}
        return self._shown(gallery, (("Images", image),), properties)

    def version(self, gallery: Resource, image: Resource, version: Resource) -> Json:
        """A version."""
        profile, disks = version.properties["publishingProfile"], version.properties["storageProfile"]
        properties = {name: profile[name] for name in ("publishedDate", "endOfLifeDate", "excludeFromLatest") if name in profile}
        storage: Json = {"osDiskImage": _disk(disks.get("osDiskImage") or {})}
        if disks.get("dataDiskImages"):
            storage["dataDiskImages"] = [_disk(each) for each in disks["dataDiskImages"]]
        shown = {**properties, "storageProfile": storage, **self._soft_deletion(version)}
        return self._shown(gallery, (("Images", image), ("Versions", version)), shown)

    def _soft_deletion(self, version: Resource) -> Json:
        if self.version_of_api < _SHOWS_SOFT_DELETION:
            return {}
        until = VersionState.of(version).soft_deleted_until
        return {"imageState": "Active"} if until is None else {"imageState": "SoftDeleted", "consumptionEndTime": until}

    def _shown(self, gallery: Resource, below: tuple[tuple[str, Resource], ...], properties: Json | None) -> Json:
        """A gallery, or the definition or version `below` it. The names come with the words that Azure writes before them."""
        if self.is_public:
            root, name = COMMUNITY, str((GalleryState.of(gallery).community or {})["publicNames"][0])
            properties = {**_DISCLAIMER, **(properties or {})}
        else:
            root, name = SHARED, unique_name_of(gallery)
        unique_id = "/".join(["", root, name, *(f"{word}/{resource.name}" for word, resource in below)])
        head: Json = {} if properties is None else {"properties": properties}
        last = below[-1][1].name if below else name
        return {**head, "location": self.location, "name": last, "identifier": {"uniqueId": unique_id}}


def _disk(disk: Json) -> Json:
    names = {"lun": "lun", "sizeInGB": "diskSizeGB", "hostCaching": "hostCaching"}
    return {theirs: disk[ours] for ours, theirs in names.items() if ours in disk}
