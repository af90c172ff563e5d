# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing a managed image from Azure's JSON."""

from __future__ import annotations

from ..._core.ids import ResourceId
from ..._core.model.image import Image, ImageDisk
from .json import Json, at, id_in, properties_of


def parse_image(raw: Json) -> Image:
    """A managed image."""
    properties, storage = properties_of(raw), at(raw, "properties", "storageProfile")
    os_disk = at(storage, "osDisk")
    return Image(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        provisioning_state=properties.get("provisioningState", ""),
        source=id_in(properties.get("sourceVirtualMachine")),
        os_type=os_disk.get("osType"),
        os_state=os_disk.get("osState"),
        hyper_v_generation=properties.get("hyperVGeneration"),
        os_disk=_image_disk(os_disk) if os_disk else None,
        data_disks=tuple(sorted((_image_disk(disk) for disk in storage.get("dataDisks") or []), key=lambda disk: disk.lun or 0)),
        zone_resilient=bool(storage.get("zoneResilient")),
        tags=raw.get("tags") or {},
    )


def _image_disk(raw: Json) -> ImageDisk:
    return ImageDisk(
        source=at(raw, "managedDisk").get("id") or at(raw, "snapshot").get("id") or raw.get("blobUri"),
        lun=raw.get("lun"),
        size_gib=raw.get("diskSizeGB"),
        caching=raw.get("caching"),
        storage_account_type=raw.get("storageAccountType"),
        disk_encryption_set=at(raw, "diskEncryptionSet").get("id"),
    )
