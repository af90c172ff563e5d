# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upload: the interim disk receives the bytes, the image is made from it, then it is deleted.

Azure is asked before the disk file is read from end to end, which may take minutes. ``check_upload`` therefore refuses everything that
does not depend on the content, and ``plan_upload`` decides the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import region
from ..._core.model.disk import Disk
from ..._core.model.disk_file import DiskContent
from ..._core.model.image import Image
from ..._core.model.partitions import Partitions, require_bootable
from ..._core.model.provisioning import FAILED
from ..._core.plan import Plan, Step
from ..._core.ports import Azure
from ..._core.references import require_region
from ..._core.subject import Subject
from ..missing_groups import require_groups
from ..settling import settled
from ..steps.disk import DeleteDisk
from ..steps.image import CreateImage, DeleteImage, TagImage
from . import to_gallery
from .interim import fill, is_ours, removal, require_usable
from .match import difference, is_leftover, other_properties
from .observe import Observed, observe
from .request import UploadRequest
from .results import facts
from .wanted import Wanted, image_body

Planner = Callable[[DiskContent], Plan]
"""Makes the plan of an upload, once its content is known."""


class Checked(NamedTuple):
    """The image and the interim disk on which no operation is running any more, and the region of a new image in its short form."""

    location: str
    image: Image | None = None
    disk: Disk | None = None
    warnings: tuple[str, ...] = ()


def check_upload(request: UploadRequest, seen: Observed) -> Checked:
    """Refuse everything that can be refused before the content of the disk file is known."""
    require_region(request.location, seen.regions, "managed images")
    require_groups(seen.without_group, request.image, request.disk)
    image, about_image = settled("image", seen.image, seen.check_mode)
    disk, about_disk = settled("disk", seen.disk, seen.check_mode)
    if image is None:
        require_usable(request, disk)
    elif not request.recreate and image.provisioning_state != FAILED and (found := other_properties(request, image)):
        raise _occupied(request, found)
    return Checked(region(request.location or seen.location), image, disk, (*about_image, *about_disk))


def plan_upload(request: UploadRequest, content: DiskContent, checked: Checked) -> Plan:
    """Keep an existing image of the same content. Otherwise continue with the interim disk where an earlier run ended."""
    file, image = content.disk, checked.image
    require_bootable(file.path, file.partitions, request.generation)
    wanted = Wanted(request, file, checked.location)
    if image is not None:
        found = difference(request, file, image)
        if found is None:
            return _plan_match(wanted, image, checked)
        if not request.recreate and not is_leftover(file, image):
            raise _occupied(request, found)
    return _plan_new(wanted, content, checked)


def _plan_new(wanted: Wanted, content: DiskContent, checked: Checked) -> Plan:
    """Fill the interim disk, and create the image from it. An image that is in the way is deleted only after the upload."""
    request, image, disk = wanted.request, checked.image, checked.disk
    new = wanted.image(tag.without_ours(image.tags) if image else {})
    steps: tuple[Step, ...] = (
        *fill(wanted, disk, content),
        *([DeleteImage(request.image)] if image else []),
        CreateImage(request.image, f"disk {request.disk.name}", image_body(new)),
    )
    return Plan(
        steps=steps,
        before=_state(image.as_result() if image else None, disk),
        after={"image": new.as_result(), "disk": str(request.disk) if request.keep_disk else None},
        warnings=checked.warnings,
        facts=facts(steps, wanted.file),
        clean_up=() if request.keep_disk else (DeleteDisk(request.disk),),
    )


def _plan_match(wanted: Wanted, image: Image, checked: Checked) -> Plan:
    """The image exists: set its tags, and delete the interim disk that an interrupted run left."""
    request, disk, tags = wanted.request, checked.disk, wanted.image(image.tags).tags
    ours = disk if disk is not None and is_ours(request, disk) else None
    left = ours if ours is not None and not request.keep_disk and ours.managed_by is None else None
    steps: tuple[Step, ...] = (TagImage(image.id, tags),) if dict(tags) != dict(image.tags) else ()
    return Plan(
        steps=steps,
        before=_state(image.as_result(), ours),
        after=_state({**image.as_result(), "tags": dict(tags)}, None if left else ours),
        warnings=checked.warnings,
        facts=facts(steps, wanted.file),
        clean_up=(removal(left),) if left else (),
    )


def _occupied(request: UploadRequest, found: str) -> InvalidRequest:
    """The error for an existing image that is not the requested one."""
    image = request.image
    return InvalidRequest(
        f"image {image.name} in resource group {image.resource_group} exists, but {found}: "
        "choose another name, or set recreate: true to replace it."
    )


def _state(image: Mapping[str, Any] | None, disk: Disk | None) -> dict[str, Any]:
    return {"image": image, "disk": str(disk.id) if disk else None}


def _result(azure: Azure, request: UploadRequest, plan: Plan) -> Mapping[str, Any]:
    """The image or version as it is now, and the interim disk if it could not be deleted."""
    left = azure.disks.find(request.disk) if plan.clean_up else None
    made = to_gallery.result(azure, request, plan) if request.target else {"image": azure.images.get(request.image).as_result()}
    return {**made, **({"disk": str(left.id)} if left else {})}


def _check_image(azure: Azure, request: UploadRequest, check_mode: bool, digest: str) -> Planner:
    """Ask Azure, and refuse what depends on nothing else. ``digest`` is that of the content, empty before it is read."""
    checked = check_upload(request, observe(azure, request, check_mode))
    return lambda content: plan_upload(request, content, checked)


def _check_gallery(azure: Azure, request: UploadRequest, check_mode: bool, digest: str) -> Planner:
    """The same for an upload whose target is a version in a gallery."""
    checked = to_gallery.check_upload(request, to_gallery.observe(azure, request, check_mode, digest))
    return lambda content: to_gallery.plan_upload(request, content, checked)


def upload(look: Callable[[str], Partitions], read: Callable[[str], DiskContent]) -> Subject[UploadRequest]:
    """The subject of an upload. ``look`` reads the start and the end of a disk file, ``read`` all of it.

    Both raise ``InvalidRequest`` for a file that Azure would refuse.
    """

    def request(params: Mapping[str, Any]) -> UploadRequest:
        return UploadRequest.from_params(params, look)

    def plan(azure: Azure, request: UploadRequest, check_mode: bool) -> Plan:
        check = _check_gallery if request.target else _check_image
        check(azure, request, check_mode, "")
        with azure.paused_deadline():
            content = read(request.path)
        # Reading a large file takes long enough for the image and the interim disk to change.
        return check(azure, request, check_mode, content.disk.digest)(content)

    return Subject(request, plan, _result)
