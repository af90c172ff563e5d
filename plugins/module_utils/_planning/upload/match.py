# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an existing image differs from the requested one."""

from __future__ import annotations

from ..._core import tags as tag
from ..._core.ids import region
from ..._core.model.disk_file import DiskFile
from ..._core.model.image import Image
from ..._core.model.provisioning import FAILED, SUCCEEDED
from .request import UploadRequest


def difference(request: UploadRequest, file: DiskFile, image: Image) -> str | None:
    """The first difference, as a clause for an error; None if the image is the requested one."""
    return other_properties(request, image) or _other_content(file, image)


def other_properties(request: UploadRequest, image: Image) -> str | None:
    """The first difference that can be found without reading the disk file."""
    if image.provisioning_state != SUCCEEDED:
        return f"its provisioning state is {image.provisioning_state}"
    if image.os_type != request.os_type:
        return f"its os_type is {image.os_type}"
    if image.hyper_v_generation != request.generation:
        return f"its hyper_v_generation is {image.hyper_v_generation}"
    stored = image.os_disk.storage_account_type if image.os_disk else None
    if stored not in (None, request.storage_account_type):
        return f"its storage_account_type is {stored}"
    if request.location and region(image.location) != region(request.location):
        return f"it is in {image.location}"
    return None


def is_leftover(file: DiskFile, image: Image) -> bool:
    """Whether a failed run left the image, and made it from the same content: nothing can have used it."""
    return image.provisioning_state == FAILED and image.tags.get(tag.DIGEST) == file.digest


def _other_content(file: DiskFile, image: Image) -> str | None:
    digest = image.tags.get(tag.DIGEST)
    if digest == file.digest:
        return None
    return f"it was made from other content ({digest or 'no digest tag'}, {file.path} has {file.digest})"
