# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galleries with image definitions, sources and versions, for unit tests of the module that publishes versions."""

from __future__ import annotations

from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import (
    DISK,
    GALLERY,
    GALLERY_IMAGE,
    GALLERY_IMAGE_VERSION,
    IMAGE,
    SNAPSHOT,
    ResourceId,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery import Gallery
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image import GalleryImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image, ImageDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot

from tests.support.fakes import FakeAzure
from tests.support.ids import an_id

HUB = an_id(GALLERY, "g", "hub")
WEB = HUB.child(GALLERY_IMAGE, "web")
GOLD = an_id(IMAGE, "g", "gold")
UNPROVEN = {"sealed": "assume", "backup": "none"}


def numbered(number: str) -> ResourceId:
    """A version of the image definition."""
    return WEB.child(GALLERY_IMAGE_VERSION, number)


def definition(security: str = "", **properties: Any) -> GalleryImage:
    """The image definition ``web``, for generalized Linux systems of the second generation."""
    features = {"features": [{"name": "SecurityType", "value": security}]} if security else {}
    known = {"osType": "Linux", "osState": "Generalized", "hyperVGeneration": "V2", **features, **properties}
    return GalleryImage(WEB, "westeurope", properties=known)


def image(name: str = "gold", **more: Any) -> Image:
    """A managed image that fits it."""
    disk = ImageDisk(None, size_gib=30)
    return Image(an_id(IMAGE, "g", name), "westeurope", os_type="Linux", hyper_v_generation="V2", os_disk=disk, **more)


def disk(name: str, **more: Any) -> Disk:
    """A managed disk that fits it."""
    return Disk(an_id(DISK, "g", name), "westeurope", unique_id=f"id of {name}", size_gib=30, hyper_v_generation="V2", **more)


def snapshot(name: str, **more: Any) -> Snapshot:
    """A snapshot that fits it."""
    return Snapshot(an_id(SNAPSHOT, "g", name), "westeurope", unique_id=f"id of {name}", hyper_v_generation="V2", **more)


def azure(*versions: GalleryImageVersion, **more: Any) -> FakeAzure:
    """An Azure with the gallery, the definition and the managed image ``gold``."""
    known = dict(galleries=[Gallery(HUB, "westeurope")], gallery_images=[definition()], images=[image()])
    found = FakeAzure(**{**known, "gallery_image_versions": versions, **more})
    found.regions.known |= {"eastus"}
    return found


def options(**more: Any) -> dict[str, Any]:
    """The options of a task that makes version 1.0.0 from that image."""
    base = {"resource_group": "g", "gallery": "hub", "gallery_image": "web", "version": "1.0.0", "source": {"managed_image": "gold"}}
    return {**base, **more}


def regions(*names: str, **more: Any) -> list[dict[str, Any]]:
    """The option ``target_regions``, with the same properties for each region."""
    return [{"name": name, **more} for name in names]


def stored(known: FakeAzure, number: str = "1.0.0") -> GalleryImageVersion:
    """A version in an Azure."""
    found: GalleryImageVersion = known.gallery_image_versions.get(numbered(number))
    return found


def body_of(known: FakeAzure) -> Any:
    """The body of the first request that has created a version."""
    return next(write[3] for write in known.writes if write[:2] == ("create", "image version"))
