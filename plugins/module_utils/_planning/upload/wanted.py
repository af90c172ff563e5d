# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image and the interim disk as an upload creates them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.limits import GIB
from ..._core.model.disk import NO_CACHING
from ..._core.model.disk_file import DiskFile
from ..._core.model.image import Image, ImageDisk
from .request import X64, UploadRequest


class Wanted(NamedTuple):
    """The request, the content of the disk file, and the region in its short form."""

    request: UploadRequest
    file: DiskFile
    location: str

    def image(self, tags: Mapping[str, str]) -> Image:
        """The image as it will be; ``tags`` are those of an existing image that it keeps."""
        request = self.request
        return Image(
            id=request.image,
            location=self.location,
            os_type=request.os_type,
            os_state="Generalized",
            hyper_v_generation=request.generation,
            os_disk=ImageDisk(
                source=str(request.disk),
                size_gib=-(-self.file.disk_bytes // GIB),
                caching=NO_CACHING,
                storage_account_type=request.storage_account_type,
            ),
            tags=tag.wanted(tags, request.tags, request.append_tags, {tag.DIGEST: self.file.digest}),
        )


def owner_tags(request: UploadRequest) -> dict[str, str]:
    """The tags that mark the interim disk of an image, and the interim image of a version."""
    return {tag.PURPOSE: tag.UPLOAD, tag.IMAGE: request.owner}


def disk_body(wanted: Wanted) -> dict[str, Any]:
    """An interim disk that waits for its upload. Its operating system and generation cannot be changed later.

    It has the user's tags too, because a policy may require them of every resource. Another tag says which of several runs fills it.
    """
    request = wanted.request
    capabilities = {} if request.architecture == X64 else {"supportedCapabilities": {"architecture": request.architecture}}
    return {
        "location": wanted.location,
        "sku": {"name": request.storage_account_type},
        "tags": tag.wanted({}, request.tags, True, {**owner_tags(request), tag.RUN: request.run_id}),
        "properties": {
            "creationData": {"createOption": "Upload", "uploadSizeBytes": wanted.file.upload_bytes},
            "osType": request.os_type,
            "hyperVGeneration": request.generation,
            **capabilities,
        },
    }


def image_body(image: Image) -> dict[str, Any]:
    """A managed image from one disk."""
    if image.os_disk is None:
        raise InvalidRequest(f"image {image.id.name} has no OS disk, so it cannot be created.")
    return {
        "location": image.location,
        "tags": dict(image.tags),
        "properties": {
            "hyperVGeneration": image.hyper_v_generation,
            "storageProfile": {
                "osDisk": {
                    "osType": image.os_type,
                    "osState": image.os_state,
                    "managedDisk": {"id": image.os_disk.source},
                    "storageAccountType": image.os_disk.storage_account_type,
                }
            },
        },
    }
