# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source of a version as it is in Azure: whether it can become one, and by what it is recognized later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId, region
from ..._core.limits import LARGEST_VERSION_GIB, LONGEST_TAG_VALUE
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.disk import Disk
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.image import Image
from ..._core.model.provisioning import SUCCEEDED
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.times import format_time
from ..capture.evidence import trusted_seal
from ..gallery.publication import SHALLOW
from ..gallery.source_rules import VERSION
from ..gallery.sources import SourceKind, security_type_in
from ..gallery.version_source import VersionSource

SAME_REGION = 'Azure\'s words: "Please check source exists, and is in the same region as gallery image version being created".'


@dataclass(frozen=True)
class FoundSource:
    """The resources of a source. ``disks`` are in the order of the task, with None for blobs; ``missing`` do not exist.

    ``definition`` is that of a source version, ``os_disk`` that of a source VM.
    """

    source: VersionSource
    image: Image | None = None
    vm: Vm | None = None
    os_disk: Disk | None = None
    version: GalleryImageVersion | None = None
    definition: GalleryImage | None = None
    community: CatalogImage | None = None
    disks: tuple[Disk | Snapshot | None, ...] = ()
    missing: tuple[ResourceId, ...] = ()

    @property
    def resources(self) -> tuple[Disk | Snapshot | Image | Vm, ...]:
        """The resources whose region must be that of the version."""
        return tuple(each for each in (self.image, self.vm, *self.disks) if each)

    @property
    def location(self) -> str | None:
        """The region of the source; None if it may be anywhere."""
        return next((each.location for each in self.resources), None)

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the image or version that the source is, which say where it comes from."""
        return self.image.tags if self.image else self.version.tags if self.version else {}

    @property
    def plan(self) -> Mapping[str, str] | None:
        """The purchase plan of the system on it: of a VM, of the definition of a version, or in a tag; None if it is not known."""
        if self.vm:
            return self.vm.plan or {}
        if self.definition:
            return self.definition.plan
        tagged = [each.tags.get(tag.PLAN) for each in (self.image, *self.disks) if each]
        return next((tag.object_in(value) for value in tagged if value), None)

    def kind(self) -> SourceKind:
        """The properties by which the rules about sources judge it."""
        if self.image:
            return SourceKind.of_image(self.image)
        if self.vm:
            return SourceKind.of_vm(self.vm, self.os_disk, self.vm.generalized)
        if self.definition:
            return SourceKind.of_version(self.definition)
        if self.community:
            found = self.community
            return SourceKind(VERSION, security_type_in(found.security_type), None, found.os_state, found.os_type)
        disk = self.disks[0] if self.disks else None
        return SourceKind.of_disk(disk) if disk else SourceKind(self.source.kind)

    def identity(self) -> str:
        """The text that says which source this is. What has been changed since, or made again under the same name, has another one."""
        if self.vm:
            seal = trusted_seal(self.vm, self.os_disk)
            return _short("vm", [self.vm.vm_id, seal.digest if seal else _moment(self.os_disk)])
        if self.image:
            made = [self.image.tags.get(name, "") for name in (tag.VM_ID, tag.SEAL_DIGEST, tag.DIGEST, tag.SOURCE)]
            return _short("managed_image", [str(self.image.id).casefold(), *filter(None, made)])
        if self.version:
            return _short("version", [str(self.version.id).casefold(), str(self.version.publishing.get("publishedDate") or "")])
        if self.source.community:
            return _short("version", [self.source.community.casefold()])
        parts = zip(self.source.disks, self.disks, strict=True)
        return _short("disks", [f"{'os' if wanted.lun is None else wanted.lun}:{_content(found) or wanted.key}" for wanted, found in parts])

    def require_usable(self, location: str, replication_mode: str | None) -> None:
        """Refuse a source that Azure would refuse: one that failed, is in another region, or is too large."""
        for each in self.resources:
            if each.provisioning_state != SUCCEEDED:
                raise InvalidRequest(f"source {each.id.name} is {each.provisioning_state}, so no version can be made from it.")
            if region(each.location) != region(location):
                raise InvalidRequest(
                    f"source {each.id.name} is in {each.location}, but the version would be in {location}: set location to the region"
                    f" of the source. {SAME_REGION}"
                )
        if self.version and region(location) not in {each.name for each in self.version.target_regions}:
            raise InvalidRequest(
                f"source version {self.version.id.name} is not replicated to {location}, where the new version would be: set location"
                " to one of its regions, or replicate it first."
            )
        for disk in self.disks:
            if isinstance(disk, Snapshot) and not disk.complete:
                raise InvalidRequest(f"snapshot {disk.id.name} is not complete: run again later.")
        for size in self._sizes():
            if size > LARGEST_VERSION_GIB and replication_mode != SHALLOW:
                raise InvalidRequest(
                    f"{self.source.title} has a disk of {size} GiB, but Azure replicates at most {LARGEST_VERSION_GIB}. Azure's words:"
                    f' "The GalleryImageVersion source resource size {size} exceeds the max size {LARGEST_VERSION_GIB} supported".'
                )

    def _sizes(self) -> list[int]:
        of_image = (self.image.os_disk, *self.image.data_disks) if self.image else ()
        attached = (*of_image, *(self.vm.disks if self.vm else ()), *self.disks)
        return [each.size_gib for each in attached if each and each.size_gib]


def _content(disk: Disk | Snapshot | None) -> str:
    """The text that changes when the content of a disk may have changed: its own id, and when a VM last had it."""
    if disk is None or not disk.unique_id:
        return ""
    return disk.unique_id if isinstance(disk, Snapshot) else f"{disk.unique_id}@{_moment(disk)}".rstrip("@")


def _moment(disk: Disk | None) -> str:
    used = disk is not None and not disk.never_used
    return format_time(disk.ownership_time) if disk and used and disk.ownership_time else ""


def _short(kind: str, parts: list[str]) -> str:
    """The value of a tag: the parts themselves, or their digest if they are too long."""
    text = f"{kind} {' '.join(part for part in parts if part)}"
    return text if len(text) <= LONGEST_TAG_VALUE else f"{kind} sha256:{hashlib.sha256(text.encode()).hexdigest()}"
