# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image as it is requested: the value that check mode returns, and the request body that creates it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.ids import SNAPSHOT
from ..._core.model.disk import NO_CACHING
from ..._core.model.gallery_image import GENERALIZED
from ..._core.model.image import Image, ImageDisk
from .checks import Checked
from .request import ImageRequest, WantedDisk
from .sources import DiskSource

DEFAULT_STORAGE = "Standard_LRS"
"""The storage that Azure chooses for a disk of an image: https://learn.microsoft.com/rest/api/compute/images/create-or-update"""


def image_of(request: ImageRequest, checked: Checked, tags: Mapping[str, str]) -> Image:
    """The image as it will be."""
    os_disk, *data_disks = (_held(each, checked.sizes.get(each.option)) for each in request.disks)
    return Image(
        id=request.image,
        location=checked.location,
        os_type=checked.os_type,
        os_state=GENERALIZED,
        hyper_v_generation=checked.generation,
        os_disk=os_disk,
        data_disks=tuple(data_disks),
        zone_resilient=bool(request.zone_resilient),
        tags=tags,
    )


def body_of(request: ImageRequest, image: Image) -> dict[str, Any]:
    """The request body. What the task leaves open is left to Azure, except the generation, whose default is not the same everywhere."""
    os_disk, *data_disks = map(_disk, request.disks)
    storage: dict[str, Any] = {"osDisk": {"osType": image.os_type, "osState": image.os_state, **os_disk}}
    if data_disks:
        storage["dataDisks"] = data_disks
    if request.zone_resilient is not None:
        storage["zoneResilient"] = request.zone_resilient
    properties = {"hyperVGeneration": image.hyper_v_generation, "storageProfile": storage}
    return {"location": image.location, "tags": dict(image.tags), "properties": properties}


def _held(disk: WantedDisk, source_size: int | None) -> ImageDisk:
    return ImageDisk(
        source=str(disk.source),
        lun=disk.lun,
        size_gib=disk.size_gib or source_size,
        caching=disk.caching or NO_CACHING,
        storage_account_type=disk.storage_account_type or DEFAULT_STORAGE,
        disk_encryption_set=str(disk.encryption_set) if disk.encryption_set else None,
    )


def _disk(disk: WantedDisk) -> dict[str, Any]:
    """One disk in the request body."""
    given = {
        "lun": disk.lun,
        **_source(disk.source),
        "caching": disk.caching,
        "diskSizeGB": disk.size_gib,
        "storageAccountType": disk.storage_account_type,
        "diskEncryptionSet": {"id": str(disk.encryption_set)} if disk.encryption_set else None,
    }
    return {key: value for key, value in given.items() if value is not None}


def _source(source: DiskSource) -> dict[str, Any]:
    if isinstance(source, str):
        return {"blobUri": source}
    return {"snapshot" if source.is_a(SNAPSHOT) else "managedDisk": {"id": str(source)}}
