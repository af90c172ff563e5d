# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What uploading a local disk still takes: an interim disk gets the bytes, the image is made from it, then it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import DISK, IMAGE, ResourceId, region
from ..._core.limits import require_wait
from ..._core.model.disk import NO_CACHING, Disk
from ..._core.model.disk_file import FOOTER, GIB, DiskContent, DiskFile, require_bootable
from ..._core.model.image import Image, ImageDisk
from ..._core.model.provisioning import FAILED, SUCCEEDED
from ..._core.plan import Plan, Step
from ..._core.ranges import total
from ..._core.references import own_id, parse_reference, require_given, require_groups, require_region
from ..settling import settled
from ..steps.disk import CreateUploadDisk, DeleteDisk, DiscardUpload, SendPages
from ..steps.image import CreateImage, DeleteImage, TagImage

UNATTACHED = "Unattached"


@dataclass(frozen=True)
class UploadRequest:
    """What the task asks for."""

    image: ResourceId
    disk: ResourceId
    path: str
    location: str | None = None
    os_type: str = "Linux"
    generation: str | None = None
    storage_account_type: str = "Standard_LRS"
    keep_disk: bool = False
    recreate: bool = False
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> UploadRequest:
        """Check and complete the module's options."""
        require_wait(params)
        image = own_id(params, IMAGE)
        require_given("path", params["path"])
        disk = parse_reference(params["disk"] or f"{image.name[:73]}-upload", DISK, image.resource_group, "disk")
        return cls(
            image=image,
            disk=disk,
            path=params["path"],
            location=params["location"],
            os_type=params["os_type"],
            generation=params["hyper_v_generation"],
            storage_account_type=params["storage_account_type"],
            keep_disk=params["keep_disk"],
            recreate=params["recreate"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )

    def within(self, subscription: str) -> UploadRequest:
        """The same request with full ids."""
        return replace(self, image=self.image.within(subscription), disk=self.disk.within(subscription))


@dataclass(frozen=True)
class Observed:
    """What is in Azure. ``location`` is the one asked for or the resource group's.

    ``groupless`` is what was not found and whose group does not exist either; ``regions`` are those that have images, empty if that is
    not known or was not asked; ``foresee`` is check mode.
    """

    location: str
    image: Image | None = None
    disk: Disk | None = None
    groupless: frozenset[ResourceId] = frozenset()
    regions: frozenset[str] = frozenset()
    foresee: bool = False


@dataclass(frozen=True)
class _Wanted:
    """The request with everything filled in that the disk and Azure know better."""

    request: UploadRequest
    file: DiskFile
    location: str
    generation: str
    owner: Mapping[str, str] = field(default_factory=dict)

    def image(self, tags: Mapping[str, str]) -> Image:
        """The image as it will be, over the tags that it keeps."""
        request = self.request
        return Image(
            id=request.image,
            location=self.location,
            os_type=request.os_type,
            os_state="Generalized",
            hyper_v_generation=self.generation,
            os_disk=ImageDisk(
                source=str(request.disk),
                size_gib=-(-self.file.disk_bytes // GIB),
                caching=NO_CACHING,
                storage_account_type=request.storage_account_type,
            ),
            tags=tag.wanted(tags, request.tags, request.append_tags, {tag.DIGEST: self.file.digest}),
        )

    @property
    def disk_tags(self) -> dict[str, str]:
        """The user's, which a policy may ask of every resource, and whose disk it is."""
        return tag.wanted({}, self.request.tags, True, self.owner)


def plan_upload(request: UploadRequest, content: DiskContent, seen: Observed) -> Plan:
    """The image decides first: an image of this very content needs nothing more; then the interim disk, by how far it came."""
    file = content.disk
    generation = request.generation or file.partitions.generation
    require_bootable(file.path, file.partitions, generation)
    wanted = _Wanted(
        request=request,
        file=file,
        location=region(request.location or seen.location),
        generation=generation,
        owner={tag.PURPOSE: tag.UPLOAD, tag.IMAGE: _short(request.image)},
    )
    require_region(request.location, seen.regions, "managed images")
    require_groups(seen.groupless, request.image, request.disk)
    image, disk, warnings = _settled(request, seen)
    if image is not None and (difference := _difference(image, wanted)) is None:
        return _plan_match(wanted, image, disk, warnings)
    if image is not None and not request.recreate and not _is_remains(image, wanted):
        raise InvalidRequest(
            f"image {request.image.name} in resource group {request.image.resource_group} exists, but {difference}: "
            "choose another name, or set recreate: true to replace it."
        )
    made = wanted.image(tag.users(image.tags) if image else {})
    return Plan(
        steps=(
            *_fill_disk(wanted, disk, content),
            *([DeleteImage(request.image)] if image else []),
            CreateImage(request.image, f"disk {request.disk.name}", image_body(made)),
            *([] if request.keep_disk else [DeleteDisk(request.disk)]),
        ),
        before=_result(image, disk),
        after={"image": made.as_result(), "disk": str(request.disk) if request.keep_disk else None},
        warnings=warnings,
    )


def sent_and_skipped(plan: Plan, file: DiskFile) -> tuple[int, int]:
    """The bytes that the plan sends, footer included, and those of the disk that it need not send."""
    if not any(isinstance(step, SendPages) for step in plan.steps):
        return 0, file.upload_bytes
    data = total(file.ranges)
    return data + FOOTER, file.disk_bytes - data


def disk_body(wanted: _Wanted) -> dict[str, Any]:
    """A disk made by upload: what starts from it is said now, since it can never be said later."""
    return {
        "location": wanted.location,
        "sku": {"name": wanted.request.storage_account_type},
        "tags": wanted.disk_tags,
        "properties": {
            "creationData": {"createOption": "Upload", "uploadSizeBytes": wanted.file.upload_bytes},
            "osType": wanted.request.os_type,
            "hyperVGeneration": wanted.generation,
        },
    }


def image_body(image: Image) -> dict[str, Any]:
    """A managed image made from one disk."""
    if image.os_disk is None:
        raise InvalidRequest(f"image {image.id.name} has no OS disk to be made from.")
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


def _settled(request: UploadRequest, seen: Observed) -> tuple[Image | None, Disk | None, tuple[str, ...]]:
    """Image and disk once no operation of a run that died works on them any more."""
    image, about_image = settled("image", seen.image, seen.foresee)
    disk, about_disk = settled("disk", seen.disk, seen.foresee)
    return image, disk, (*about_image, *about_disk)


def _plan_match(wanted: _Wanted, image: Image, disk: Disk | None, warnings: tuple[str, ...]) -> Plan:
    """The image is there: its tags may differ, and an interrupted run may have left its disk, which nobody else uses."""
    request, tags = wanted.request, wanted.image(image.tags).tags
    ours = disk if disk is not None and _is_ours(disk, wanted) else None
    left = ours if ours is not None and not request.keep_disk and ours.managed_by is None else None
    steps: list[Step] = [TagImage(image.id, tags)] if dict(tags) != dict(image.tags) else []
    if left is not None:
        steps.append(_removal(left))
    kept = ours if left is None else None
    return Plan(
        steps=tuple(steps),
        before=_result(image, ours),
        after={"image": {**image.as_result(), "tags": dict(tags)}, "disk": str(kept.id) if kept else None},
        warnings=warnings,
    )


def _fill_disk(wanted: _Wanted, disk: Disk | None, content: DiskContent) -> tuple[Step, ...]:
    """What it takes until the interim disk holds everything: nothing, if an earlier run got so far."""
    request, file = wanted.request, wanted.file
    if disk is not None and not _is_ours(disk, wanted):
        raise InvalidRequest(
            f"disk {disk.id.name} in resource group {disk.id.resource_group} exists, and is not the interim disk of "
            f"image {request.image.name}: name another one with the option disk."
        )
    if disk is not None and disk.managed_by is not None:
        raise InvalidRequest(f"disk {disk.id.name} is attached to VM {disk.managed_by.name}: name another one with the option disk.")
    if disk is not None and _is_complete(disk, wanted) and _is_untouched(disk):
        return ()
    return (
        *([_removal(disk)] if disk else []),
        CreateUploadDisk(request.disk, disk_body(wanted)),
        SendPages(request.disk, file.path, {tag.DIGEST: file.digest}, content),
    )


def _removal(disk: Disk) -> Step:
    """Only what an upload never closed has to be closed before it can be deleted."""
    return DeleteDisk(disk.id) if disk.state == UNATTACHED and disk.provisioning_state == SUCCEEDED else DiscardUpload(disk.id)


def _is_ours(disk: Disk, wanted: _Wanted) -> bool:
    owner = {name: value.casefold() for name, value in disk.tags.items() if name in wanted.owner}
    return owner == {name: value.casefold() for name, value in wanted.owner.items()}


def _is_complete(disk: Disk, wanted: _Wanted) -> bool:
    """Whether every byte is in it: the tag is written after the footer, and the disk closes after the tag."""
    return (
        disk.state == UNATTACHED
        and disk.provisioning_state == SUCCEEDED
        and disk.tags.get(tag.DIGEST) == wanted.file.digest
        and region(disk.location) == region(wanted.location)
        and (disk.os_type, disk.hyper_v_generation) == (wanted.request.os_type, wanted.generation)
    )


def _is_untouched(disk: Disk) -> bool:
    """Whether no VM ever had the disk: a VM writes, and the digest then lies. Azure says when a disk was last attached or detached."""
    return disk.ownership_time in (None, disk.time_created)


def _is_remains(image: Image, wanted: _Wanted) -> bool:
    """Whether an image is what a failed creation left of this very content: nobody can have used it."""
    return image.provisioning_state == FAILED and image.tags.get(tag.DIGEST) == wanted.file.digest


def _difference(image: Image, wanted: _Wanted) -> str | None:
    """Why an image is not the one asked for; None if it is."""
    digest = image.tags.get(tag.DIGEST)
    if image.provisioning_state != SUCCEEDED:
        return f"its provisioning state is {image.provisioning_state}"
    if digest != wanted.file.digest:
        return f"it was made from other content ({digest or 'no digest tag'}, {wanted.file.path} has {wanted.file.digest})"
    if image.os_type != wanted.request.os_type:
        return f"its os_type is {image.os_type}"
    if image.hyper_v_generation != wanted.generation:
        return f"its hyper_v_generation is {image.hyper_v_generation}"
    stored = image.os_disk.storage_account_type if image.os_disk else None
    if stored not in (None, wanted.request.storage_account_type):
        return f"its storage_account_type is {stored}"
    if wanted.request.location and region(image.location) != region(wanted.request.location):
        return f"it is in {image.location}"
    return None


def _short(image: ResourceId) -> str:
    """An id that fits into a tag's 256 characters; image and disk share the subscription."""
    return f"{image.resource_group}/{image.name}"


def _result(image: Image | None, disk: Disk | None) -> dict[str, Any]:
    return {"image": image.as_result() if image else None, "disk": str(disk.id) if disk else None}
