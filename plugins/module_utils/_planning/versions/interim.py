# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interim image: where a definition takes a source only through a managed image, that is made, and deleted once the version exists.

Its name follows from the version's definition and from the source, so that a run after an interrupted one finds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import IMAGE, ResourceId
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.image import Image
from ..._core.model.provisioning import SUCCEEDED
from ..._core.plan import Step
from ..._core.ports import Azure
from ..gallery.encryption import given
from ..gallery.source_rules import SNAPSHOT
from ..gallery.version_source import DiskSource, VersionSource
from ..steps.image import CreateImage, DeleteImage
from .request import VersionRequest

PURPOSE = "version-source"
LONGEST_PREFIX = 50


@dataclass(frozen=True)
class IsInterim:
    """Before such an image is deleted: it must still be the one that was made for this source."""

    image: ResourceId
    origin: Mapping[str, str]

    def require(self, azure: Azure) -> None:
        """Raise ``InvalidRequest`` if another image has the name now."""
        found = azure.images.find(self.image)
        if found is not None and not is_interim(found, self.origin):
            raise InvalidRequest(f"image {self.image.name} is not the interim image of the version any more; it is left alone.")


def interim_id(request: VersionRequest, origin: Mapping[str, str]) -> ResourceId:
    """The name of the interim image."""
    definition = request.publication.image
    text = f"{str(definition).casefold()} {origin[tag.SOURCE]}"
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    prefix = definition.name[:LONGEST_PREFIX].rstrip(".-_")
    return ResourceId.of(IMAGE, request.resource_group, f"{prefix}-{digest}-interim", subscription=request.subscription)


def is_interim(image: Image, origin: Mapping[str, str]) -> bool:
    """Whether an image is the interim image of a version of this source."""
    return image.tags.get(tag.PURPOSE) == PURPOSE and image.tags.get(tag.SOURCE) == origin[tag.SOURCE]


def making(
    image: ResourceId, found: Image | None, source: VersionSource, definition: GalleryImage, location: str, origin: Mapping[str, str]
) -> tuple[Step, ...]:
    """The steps that make the image. One that an interrupted run has completed is used."""
    if found is not None and not is_interim(found, origin):
        raise InvalidRequest(
            f"image {image.name} in resource group {image.resource_group} exists, and is not the interim image of a version of"
            f" {definition.id.name}: delete or rename it."
        )
    if found is not None and found.provisioning_state == SUCCEEDED:
        return ()
    left = (removal(image, origin),) if found is not None else ()
    reason = f"{source.title}, because the image definition takes it only through a managed image"
    return (*left, CreateImage(image, reason, _body(source, definition, location, origin)))


def removal(image: ResourceId, origin: Mapping[str, str]) -> Step:
    """The step that deletes the image."""
    return DeleteImage(image, IsInterim(image, origin))


def _body(source: VersionSource, definition: GalleryImage, location: str, origin: Mapping[str, str]) -> dict[str, Any]:
    tags = {tag.PURPOSE: PURPOSE, **origin}
    if source.resource:
        properties: dict[str, Any] = {"sourceVirtualMachine": {"id": str(source.resource)}}
    else:
        os_disk = {"osType": definition.os_type, "osState": "Generalized", **_disk(source.disks[0])}
        data_disks = [{"lun": each.lun, **_disk(each)} for each in source.disks[1:]]
        properties = {"storageProfile": {"osDisk": os_disk, **({"dataDisks": data_disks} if data_disks else {})}}
    return {"location": location, "tags": tags, "properties": {"hyperVGeneration": definition.hyper_v_generation, **properties}}


def _disk(source: DiskSource) -> dict[str, Any]:
    place = {"snapshot" if source.kind == SNAPSHOT else "managedDisk": {"id": str(source.resource)}}
    return {**place, **given(caching=source.host_caching)}
