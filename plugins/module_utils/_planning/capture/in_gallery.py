# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gallery that a capture publishes in, as far as planning needs it, and which of its versions was made from the VM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import NamedTuple

from ..._core import tags as tag
from ..._core.ids import GALLERY_IMAGE_VERSION, IMAGE, ResourceId
from ..._core.limits import LONGEST_NAME
from ..._core.model.gallery import Gallery
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.image import Image
from ..._core.model.provisioning import BEING_MADE, DELETING
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..._core.times import format_time
from ..gallery.known_versions import as_it_is, known_versions
from ..gallery.numbers import newest_of
from ..gallery.publication import NEXT
from ..gallery.publishing import Choice, choose
from ..gallery.target import GalleryTarget
from ..settling import look_up
from .request import CaptureRequest

SUFFIX = "-version"


@dataclass(frozen=True)
class InGallery:
    """The gallery and the image definition, each of which may not exist, and ``choice``: the version that the task is about.

    ``origin`` holds the tags that identify its source. ``others`` are the other definitions, read if this one does not exist. ``interim``
    is the interim image, if the definition takes the VM only through a managed image. ``regions`` are those that have
    versions, if they are known. ``now`` is the time of the task.
    """

    choice: Choice
    gallery: Gallery | None = None
    image: GalleryImage | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    others: tuple[GalleryImage, ...] = ()
    interim: Image | None = None
    regions: frozenset[str] = frozenset()
    now: datetime = datetime.min.replace(tzinfo=timezone.utc)


def look_up_in_gallery(azure: Azure, request: CaptureRequest, target: GalleryTarget, vm: Vm | None, check_mode: bool) -> InGallery:
    """Read the gallery. The version that the task is about is waited for while Azure works on it, and has the states of its replicas."""
    gallery = look_up(azure.galleries, target.gallery, check_mode)
    image = look_up(azure.gallery_images, target.image, check_mode) if gallery else None
    source = _Source.of(azure, request, target, vm)
    publication = target.publication
    choice = _choose(target, source, known_versions(azure, publication) if image else ())
    return InGallery(
        choice=replace(choice, existing=choice.existing and as_it_is(azure, publication, choice.version, check_mode)),
        gallery=gallery,
        image=image,
        origin=source.origin,
        others=azure.gallery_images.list_in(target.gallery) if gallery and image is None else (),
        interim=azure.images.find(interim_id(vm)) if vm else None,
        regions=azure.regions.of(GALLERY_IMAGE_VERSION) if publication.names_new_region(choice.existing) else frozenset(),
        now=datetime.now(timezone.utc),
    )


def interim_id(vm: Vm) -> ResourceId:
    """The interim image between a VM and a version, in the VM's own resource group."""
    name = f"{vm.id.name[: LONGEST_NAME - len(SUFFIX) - 9]}-{vm.vm_id[:8]}{SUFFIX}"
    return ResourceId.of(IMAGE, vm.id.resource_group, name, subscription=vm.id.subscription)


class _Source(NamedTuple):
    """The identity of the content that a version is made from.

    A VM that is marked as generalized never runs again, so its vmId identifies its content. A specialized version holds the VM as it is:
    its content is the same as long as it is neither started nor stopped, and changes while it runs (``run`` is not empty then).
    If the VM does not exist any more, only its id is known (``vm``). A throw-away copy never exists for long, and the next one has the
    same id, but other content.
    """

    content: str = ""
    run: str = ""
    vm: str = ""

    @classmethod
    def of(cls, azure: Azure, request: CaptureRequest, target: GalleryTarget, vm: Vm | None) -> _Source:
        """The identity for a VM, which may not exist."""
        if vm is None:
            return cls(vm=tag.id_value(request.vm))
        disks = " os" if request.os_only and vm.data_disks else ""
        if not request.specialized:
            return cls(f"{vm.vm_id}{disks}")
        os_disk = azure.disks.find(vm.os_disk.disk) if vm.os_disk.disk else None
        since = format_time(os_disk.ownership_time) if os_disk and os_disk.ownership_time else "unknown"
        return cls(f"{vm.vm_id}{disks} {since}", "" if vm.has_stopped else target.publication.run_id)

    @property
    def origin(self) -> dict[str, str]:
        """The tags for it; none without a VM, of which nothing can be made."""
        return {} if self.vm else {tag.SOURCE: f"{self.content} {self.run}".strip()}

    def has_made(self, version: GalleryImageVersion) -> bool:
        """Whether a version was made from this content. For a VM that runs, only one counts that is still being made."""
        made_from = version.tags.get(tag.SOURCE, "")
        if version.provisioning_state == DELETING:
            return False
        if self.vm and tag.COPY_OF in version.tags:
            return False
        if self.vm:
            return version.tags.get(tag.VM, "").casefold() == self.vm.casefold()
        if self.run:
            return made_from.startswith(f"{self.content} ") and version.provisioning_state in BEING_MADE
        return made_from == self.content


def _choose(target: GalleryTarget, source: _Source, versions: Sequence[GalleryImageVersion]) -> Choice:
    """The version that the task is about. With ``version: next``, that is any one that was made from this very source, else a new one.

    It need not be the newest one: several VMs may be captured as versions of one definition.
    """
    made = newest_of(each for each in versions if source.has_made(each))
    if target.publication.version == NEXT and made is not None:
        return Choice(made.id, made, True)
    return choose(target.publication, versions, source.origin)
