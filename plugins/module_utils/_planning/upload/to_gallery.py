# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upload whose target is a version in a gallery.

The version is made from the interim disk. Where the image definition takes a disk only through a managed image, that is made of it and
deleted with the disk. Gallery and definition are created before the upload, so that a missing right is found at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import GALLERY_IMAGE_VERSION, ResourceId, region
from ..._core.model.disk import Disk
from ..._core.model.disk_file import DiskContent
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.image import Image
from ..._core.model.partitions import require_bootable
from ..._core.model.provisioning import FAILED, SUCCEEDED
from ..._core.plan import Plan, Step
from ..._core.ports import Azure
from ..._core.references import require_region
from ..gallery.adjusting import adjust, await_stored
from ..gallery.numbers import Place, is_made_from
from ..gallery.publication import NEXT, Publication
from ..gallery.publishing import Choice, choose, copied, creation, is_left_over, predicted, refers, version_result
from ..gallery.replication import is_usable_in
from ..gallery.source_rules import DISK
from ..gallery.sources import SourceKind
from ..gallery.target import GalleryTarget
from ..gallery.version_differences import publication_differences
from ..gallery.way import SeenTarget, Way, candidate_of, find_way, observe_target
from ..missing_groups import require_groups
from ..settling import look_up, settled
from ..steps.disk import CreateUploadDisk, DeleteDisk
from ..steps.gallery import PutGalleryImageVersion
from ..steps.image import CreateImage, DeleteImage
from .interim import fill, is_ours, removal, require_usable
from .match import other_properties
from .request import UploadRequest
from .results import facts
from .wanted import Wanted, image_body, owner_tags


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``group_location`` is the region of the resource group; ``image`` and ``disk`` are the interim ones.

    ``regions`` are those that have versions: empty if they may not be read or were not needed.
    """

    target: SeenTarget
    group_location: str = ""
    image: Image | None = None
    disk: Disk | None = None
    without_group: frozenset[ResourceId] = frozenset()
    regions: frozenset[str] = frozenset()
    check_mode: bool = False


def observe(azure: Azure, request: UploadRequest, check_mode: bool, digest: str = "") -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun.

    Once the digest of the content is known, the replicas of a version with this content are waited for, too.
    """
    target = observe_target(azure, target_of(request), check_mode)
    if digest and not check_mode:
        target = _with_replicas(azure, request, target, digest)
    named = {*map(region, filter(None, (request.location, *(each.name for each in target_of(request).publication.target_regions))))}
    return Observed(
        target=target,
        group_location="" if request.location or target.location else azure.groups.location(request.image.resource_group),
        image=look_up(azure.images, request.image, check_mode),
        disk=look_up(azure.disks, request.disk, check_mode),
        without_group=azure.groups.without_group(request.image, request.disk),
        regions=azure.regions.of(GALLERY_IMAGE_VERSION) if named - {region(target.location)} else frozenset(),
        check_mode=check_mode,
    )


def _with_replicas(azure: Azure, request: UploadRequest, target: SeenTarget, digest: str) -> SeenTarget:
    publication, candidate = target_of(request).publication, candidate_of(target_of(request), target.versions)
    if candidate is None or not is_made_from(candidate, {tag.DIGEST: digest}):
        return target
    ready = await_stored(azure, publication, candidate) or candidate
    return replace(target, versions=tuple(ready if each is candidate else each for each in target.versions))


class Checked(NamedTuple):
    """The state with which planning goes on once everything was refused that does not depend on the content of the disk file."""

    location: str
    versions: tuple[GalleryImageVersion, ...] = ()
    way: Way = Way()
    image: Image | None = None
    disk: Disk | None = None
    warnings: tuple[str, ...] = ()
    check_mode: bool = False


def check_upload(request: UploadRequest, seen: Observed) -> Checked:
    """Refuse everything that can be refused before the content of the disk file is known."""
    target = target_of(request)
    _require_regions(request, target.publication, seen.regions)
    require_groups(seen.without_group, request.image, request.disk)
    location = region(request.location or seen.target.location or seen.group_location)
    target.publication.regions(location)
    source = SourceKind(
        DISK,
        generation=request.generation,
        os_state=target.os_state,
        os_type=request.os_type,
        architecture=request.architecture,
    )
    way = find_way(target, seen.target, source, location, request.tags or {}, seen.check_mode)
    image, about_image = settled("image", seen.image, seen.check_mode)
    disk, about_disk = settled("disk", seen.disk, seen.check_mode)
    if way.by_managed_image:
        _require_own(request, image)
    if not _may_be_there(request, seen.target.versions):
        require_usable(request, disk)
    return Checked(location, seen.target.versions, way, image, disk, (*way.warnings, *about_image, *about_disk), seen.check_mode)


def _require_regions(request: UploadRequest, publication: Publication, regions: frozenset[str]) -> None:
    """Refuse regions that have no versions."""
    require_region(request.location, regions, "image versions")
    publication.require_regions(regions)


def _require_own(request: UploadRequest, image: Image | None) -> None:
    """Refuse to replace an image that is not the interim image of a version of this definition."""
    if image is not None and not is_ours(request, image):
        raise InvalidRequest(
            f"image {image.id.name} in resource group {image.id.resource_group} exists, and is not the interim image of {request.title}, "
            "which takes no disks: rename or delete that image, or choose another resource_group for the interim image and disk."
        )


def _may_be_there(request: UploadRequest, versions: tuple[GalleryImageVersion, ...]) -> bool:
    """Whether a version exists that may be of the same content. Raises ``InvalidRequest`` for a named one that cannot be."""
    existing = candidate_of(target_of(request), versions)
    if existing is None:
        return False
    if (
        target_of(request).publication.version != NEXT
        and existing.provisioning_state != FAILED
        and tag.DIGEST not in existing.tags
        and not request.recreate
    ):
        raise _occupied(request, existing, f"it has no tag {tag.DIGEST}, so its content is not known")
    return tag.DIGEST in existing.tags


def plan_upload(request: UploadRequest, content: DiskContent, checked: Checked) -> Plan:
    """Keep a version of the same content. Otherwise continue where an earlier run ended."""
    require_bootable(content.disk.path, content.disk.partitions, request.generation)
    wanted, origin = Wanted(request, content.disk, checked.location), {tag.DIGEST: content.disk.digest}
    choice = choose(target_of(request).publication, checked.versions, origin)
    existing = choice.existing
    if existing is None or is_left_over(existing, origin):
        return _plan_new(wanted, content, checked, choice)
    found = _difference(request, content, existing)
    if found is None:
        return _plan_match(wanted, checked, existing)
    if not request.recreate:
        raise _occupied(request, existing, found)
    return _plan_new(wanted, content, checked, choice)


def _difference(request: UploadRequest, content: DiskContent, existing: GalleryImageVersion) -> str | None:
    """Why a version is not the requested one, as a clause for an error; None if it is."""
    if not is_made_from(existing, {tag.DIGEST: content.disk.digest}):
        found = existing.tags.get(tag.DIGEST) or "no digest tag"
        return f"it was made from other content ({found}, {request.path} has {content.disk.digest})"
    place = [f"it is in {existing.location}"] if request.location and region(request.location) != region(existing.location) else []
    return "; ".join([*place, *map(str, publication_differences(target_of(request).publication, existing))]) or None


def _plan_new(wanted: Wanted, content: DiskContent, checked: Checked, choice: Choice) -> Plan:
    """Make the version, with everything that is still missing on the way to it. A version that is in the way goes after the upload."""
    request, publication, detour = wanted.request, target_of(wanted.request).publication, checked.way.by_managed_image
    former = tag.without_ours(choice.existing.tags) if choice.existing else {}
    tags, origin = tag.wanted(former, request.tags, request.append_tags), {tag.DIGEST: wanted.file.digest}
    road = _by_managed_image(wanted, content, checked) if detour else fill(wanted, checked.disk, content)
    source = f"image {request.image.name}" if detour else f"disk {request.disk.name}"
    steps = (
        *checked.way.steps,
        *road,
        *creation(publication, choice, checked.location, _storage(request, detour), tags, origin, source),
    )
    place = next(step.claim.place for step in steps if isinstance(step, PutGalleryImageVersion))
    has_disk = _own_disk(request, checked) is not None or any(isinstance(step, CreateUploadDisk) for step in road)
    clean_up = _clean_up(request, detour or _own_image(request, checked) is not None, has_disk)
    kept = has_disk and not any(isinstance(step, DeleteDisk) for step in clean_up)
    return Plan(
        steps=(*steps, *copied(publication, place, checked.location, bool(clean_up))),
        before=_state(choice.existing, checked.disk),
        after={"gallery_image_version": _predicted(steps, choice), "disk": str(request.disk) if kept else None},
        warnings=checked.warnings,
        facts=facts(steps, wanted.file),
        clean_up=clean_up,
    )


def _by_managed_image(wanted: Wanted, content: DiskContent, checked: Checked) -> tuple[Step, ...]:
    """The steps until the interim image exists: none if an earlier run made it from the same content."""
    request, image = wanted.request, checked.image
    if image is not None and _is_complete(wanted, image):
        return ()
    new = wanted.image({})
    made = replace(new, tags={**new.tags, **owner_tags(request)})
    reason = f"disk {request.disk.name}, because the image definition takes it only through a managed image"
    return (
        *fill(wanted, checked.disk, content),
        *([DeleteImage(image.id)] if image else []),
        CreateImage(request.image, reason, image_body(made)),
    )


def _is_complete(wanted: Wanted, image: Image) -> bool:
    """Whether an interim image holds the content."""
    in_place = image.provisioning_state == SUCCEEDED and region(image.location) == wanted.location
    same = image.tags.get(tag.DIGEST) == wanted.file.digest and other_properties(wanted.request, image) is None
    return in_place and same


def _plan_match(wanted: Wanted, checked: Checked, existing: GalleryImageVersion) -> Plan:
    """The version exists: make its tags and regions those of the task, and delete what an interrupted run left."""
    request, publication, disk = wanted.request, target_of(wanted.request).publication, _own_disk(wanted.request, checked)
    found = adjust(publication, existing, lambda tags: tag.wanted(tags, request.tags, request.append_tags), checked.check_mode)
    left = () if refers(publication, existing) else _left(request, checked)
    uncopied = bool(left) and not is_usable_in(existing, existing.location)
    steps = (*found.steps, *copied(publication, Place(existing.id), existing.location, uncopied))
    return Plan(
        steps=steps,
        before=_state(existing, disk),
        after=_state(found.after, None if any(not isinstance(step, DeleteImage) for step in left) else disk),
        warnings=(*checked.warnings, *found.warnings),
        facts=facts(steps, wanted.file),
        clean_up=left,
    )


def _left(request: UploadRequest, checked: Checked) -> tuple[Step, ...]:
    """The steps that delete what an interrupted run left."""
    image, disk = _own_image(request, checked), _own_disk(request, checked)
    return (
        *((DeleteImage(image.id),) if image else ()),
        *((removal(disk),) if disk and disk.managed_by is None and not request.keep_disk else ()),
    )


def _own_image(request: UploadRequest, checked: Checked) -> Image | None:
    """The interim image, if it exists."""
    return checked.image if checked.image is not None and is_ours(request, checked.image) else None


def _own_disk(request: UploadRequest, checked: Checked) -> Disk | None:
    """The interim disk, if it exists."""
    return checked.disk if checked.disk is not None and is_ours(request, checked.disk) else None


def _clean_up(request: UploadRequest, has_image: bool, has_disk: bool) -> tuple[Step, ...]:
    """The steps that delete interim image and disk. They stay for a version that only refers to them."""
    if refers(target_of(request).publication):
        return ()
    return (
        *((DeleteImage(request.image),) if has_image else ()),
        *((DeleteDisk(request.disk),) if has_disk and not request.keep_disk else ()),
    )


def _occupied(request: UploadRequest, existing: GalleryImageVersion, found: str) -> InvalidRequest:
    """The error for an existing version that is not the requested one."""
    other = "name another version" if target_of(request).publication.version == NEXT else "choose another version or version: next"
    return InvalidRequest(
        f"version {existing.id.name} of {request.title} exists, but {found}: {other}, or set recreate: true to replace it."
    )


def _storage(request: UploadRequest, by_managed_image: bool) -> dict[str, Any]:
    if by_managed_image:
        return {"source": {"id": str(request.image)}}
    return {"osDiskImage": {"source": {"id": str(request.disk)}}}


def _predicted(steps: tuple[Step, ...], choice: Choice) -> Mapping[str, Any] | None:
    made = next(step for step in steps if isinstance(step, PutGalleryImageVersion))
    return predicted(choice, made.claim.body).as_result()


def _state(version: GalleryImageVersion | None, disk: Disk | None) -> dict[str, Any]:
    return {"gallery_image_version": version.as_result() if version else None, "disk": str(disk.id) if disk else None}


def result(azure: Azure, request: UploadRequest, plan: Plan) -> Mapping[str, Any]:
    """The version as it is now, under the number that it got."""
    return version_result(azure, plan, target_of(request).publication.api)


def target_of(request: UploadRequest) -> GalleryTarget:
    """The target of an upload into a gallery."""
    if request.target is None:
        raise ValueError("the upload has no gallery as its target")
    return request.target
