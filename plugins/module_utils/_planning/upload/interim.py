# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interim disk: whose it is, how far an earlier run filled it, and the steps that fill or delete it."""

from __future__ import annotations

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import region
from ..._core.model.disk import Disk
from ..._core.model.disk_file import DiskContent
from ..._core.model.image import Image
from ..._core.model.provisioning import SUCCEEDED
from ..._core.plan import Step
from ..steps.disk import CreateUploadDisk, DeleteDisk, DiscardUpload, SendPages
from .request import X64, UploadRequest
from .wanted import Wanted, disk_body, owner_tags

UNATTACHED = "Unattached"


def require_usable(request: UploadRequest, disk: Disk | None) -> None:
    """Refuse a disk that was not made for this image or image definition, or that a VM uses."""
    if disk is None:
        return
    if not is_ours(request, disk):
        raise InvalidRequest(
            f"disk {disk.id.name} in resource group {disk.id.resource_group} exists, and is not the interim disk of "
            f"{request.title}: name another one with the option disk."
        )
    if disk.managed_by is not None:
        raise InvalidRequest(f"disk {disk.id.name} is attached to VM {disk.managed_by.name}: name another one with the option disk.")


def is_ours(request: UploadRequest, found: Disk | Image) -> bool:
    """Whether a disk is the interim disk of the requested image, by its tags, or an image the interim image of a version."""
    return all(found.tags.get(name, "").casefold() == value.casefold() for name, value in owner_tags(request).items())


def fill(wanted: Wanted, disk: Disk | None, content: DiskContent) -> tuple[Step, ...]:
    """The steps until the interim disk holds the content: none if an earlier run completed it."""
    request, file = wanted.request, wanted.file
    require_usable(request, disk)
    if disk is not None and _is_complete(disk, wanted) and disk.never_used:
        return ()
    return (
        *([removal(disk)] if disk else []),
        CreateUploadDisk(request.disk, disk_body(wanted), request.run_id),
        SendPages(request.disk, file.path, {tag.DIGEST: file.digest}, request.run_id, content),
    )


def removal(disk: Disk) -> Step:
    """The step that deletes an interim disk. An upload that is still open must be closed first."""
    return DeleteDisk(disk.id) if disk.state == UNATTACHED and disk.provisioning_state == SUCCEEDED else DiscardUpload(disk.id)


def _is_complete(disk: Disk, wanted: Wanted) -> bool:
    """Whether the disk holds every byte: its digest tag is written after its upload was closed."""
    return (
        disk.state == UNATTACHED
        and disk.provisioning_state == SUCCEEDED
        and disk.tags.get(tag.DIGEST) == wanted.file.digest
        and region(disk.location) == region(wanted.location)
        and (disk.os_type, disk.hyper_v_generation) == (wanted.request.os_type, wanted.request.generation)
        and (disk.architecture or X64) == wanted.request.architecture
    )
