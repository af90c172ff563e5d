# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of galleries for lists, in an Azure in memory: own ones, those of another subscription, shared ones and public ones."""

from __future__ import annotations

from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import (
    GALLERY,
    GALLERY_IMAGE,
    GALLERY_IMAGE_VERSION,
    ResourceId,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery import Gallery
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image import GalleryImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion

from tests.support.fakes import FakeAzure

SYSTEM = {
    "osType": "Linux",
    "osState": "Generalized",
    "hyperVGeneration": "V2",
    "architecture": "x64",
    "identifier": {"publisher": "example", "offer": "web", "sku": "debian-12"},
}


def target(name: str, **more: Any) -> dict[str, Any]:
    """A region to which a version is replicated."""
    return {"name": name, **more}


class GallerySet:
    """Fills an Azure in memory with galleries."""

    def __init__(self, azure: FakeAzure) -> None:
        self.azure = azure

    def own(self, gallery: str, image: str, versions: dict[str, dict[str, Any]], subscription: str = "", **more: Any) -> ResourceId:
        """A definition with versions in a gallery of our subscription, or of another one. ``more`` are properties of the definition.

        A version's ``regions`` are those it is replicated to, ``properties`` and ``tags`` its own; the rest is its publishing profile.
        """
        hub = ResourceId.of(GALLERY, "images", gallery, subscription=subscription or self.azure.subscription)
        definition = hub.child(GALLERY_IMAGE, image)
        tags = more.pop("tags", {})
        self.azure.galleries.put(Gallery(hub, "westeurope"))
        self.azure.gallery_images.put(GalleryImage(definition, "westeurope", properties={**SYSTEM, **more}, tags=tags))
        for name, each in versions.items():
            self._put(definition.child(GALLERY_IMAGE_VERSION, name), dict(each))
        return definition

    def _put(self, id: ResourceId, version: dict[str, Any]) -> None:
        state, tags = version.pop("state", "Succeeded"), version.pop("tags", {})
        regions, properties = version.pop("regions", ("West Europe",)), version.pop("properties", {})
        targets = [each if isinstance(each, dict) else target(each) for each in regions]
        profile = {"publishedDate": "2026-11-18T12:00:00+00:00", "targetRegions": targets, **version}
        storage = {"osDiskImage": {"sizeInGB": 30}, "dataDiskImages": [{"lun": 7}, {"lun": 5}]}
        filled = {"publishingProfile": profile, "storageProfile": storage, **properties}
        self.azure.gallery_image_versions.put(
            GalleryImageVersion(id, "westeurope", provisioning_state=state, properties=filled, tags=tags),
        )

    def shared(self, gallery: str, image: str, *versions: dict[str, Any], tenant: bool = False, **more: Any) -> None:
        """A definition in a gallery that is shared directly with our subscription, or with its tenant."""
        known = self.azure.others_galleries.for_tenant if tenant else self.azure.others_galleries.known
        galleries = known.setdefault("/SharedGalleries", [])
        if gallery not in [each["name"] for each in galleries]:
            galleries.append({"name": gallery, "identifier": {"uniqueId": f"/SharedGalleries/{gallery}"}})
        _add(known, f"/SharedGalleries/{gallery}", image, versions, more)

    def public(self, gallery: str, image: str, *versions: dict[str, Any], known: bool = True, **more: Any) -> None:
        """A definition in a community gallery. Resource Graph shows its properties, or with ``known=False`` only its names."""
        rows = self.azure.graph.rows.setdefault("communitygalleryresources", [])
        unique = f"/CommunityGalleries/{gallery}/Images/{image}"
        path = f"/subscriptions/{self.azure.subscription}/providers/Microsoft.Compute/locations/westeurope{unique}"
        rows.append({"id": path, "name": image, "location": "westeurope", "properties": {**SYSTEM, **more} if known else {}})
        _add(self.azure.others_galleries.known, f"/CommunityGalleries/{gallery}", image, versions, more)

    def readable(self, *galleries: ResourceId) -> None:
        """Let Resource Graph know galleries."""
        self.azure.graph.rows["microsoft.compute/galleries"] = [{"id": str(each), "name": each.name} for each in galleries]


def _add(known: dict[str, Any], place: str, image: str, versions: tuple[dict[str, Any], ...], more: dict[str, Any]) -> None:
    known.setdefault(f"{place}/Images", []).append({"name": image, "properties": {**SYSTEM, **more}})
    known[f"{place}/Images/{image}/Versions"] = [
        {"name": each["name"], "properties": {"publishedDate": "2026-11-18T12:00:00+00:00", **each, **DISKS}} for each in versions
    ]


DISKS = {"storageProfile": {"osDiskImage": {"diskSizeGB": 30}, "dataDiskImages": [{"lun": 5, "diskSizeGB": 1}]}}
