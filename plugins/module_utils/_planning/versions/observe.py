# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version, its definition and its source in Azure, as planning needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ..._core import tags as tag
from ..._core.errors import Missing
from ..._core.ids import GALLERY_IMAGE_VERSION, ResourceId
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.disk import Disk
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.image import Image
from ..._core.model.provisioning import FAILED
from ..._core.model.snapshot import Snapshot
from ..._core.ports import Azure
from ..evidence.origin import Origin, observe_origin
from ..gallery.known_versions import as_it_is, known_versions, once_deleted
from ..gallery.names import version_id
from ..gallery.publication import NEXT
from ..gallery.publishing import Choice, choose
from ..gallery.source_rules import MANAGED_IMAGE, ROAD, SNAPSHOT, SPECIALIZED, VERSION, VM
from ..gallery.sources import DefinitionKind, Judgement, judge
from ..gallery.version_source import DiskSource, VersionSource
from .found_source import FoundSource
from .interim import interim_id
from .request import VersionRequest

UEFI = {"$expand": "UefiSettings"}


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``choice`` is the version of the task, with its replicas if it exists. ``origins`` are those of the source.

    ``uefi`` is the version with its UEFI settings. ``interim`` is the interim image that an earlier run has left. ``has_gallery`` is
    whether the gallery exists, if its definition was not found. ``regions`` are those that have image versions; they are not read if the
    version is in every region that the task names.
    """

    choice: Choice
    definition: GalleryImage | None = None
    source: FoundSource | None = None
    origins: tuple[Origin, ...] = ()
    uefi: GalleryImageVersion | None = None
    interim: Image | None = None
    has_gallery: bool = True
    regions: frozenset[str] = frozenset()
    check_mode: bool = False
    now: datetime = datetime.min.replace(tzinfo=timezone.utc)

    @property
    def origin(self) -> Mapping[str, str]:
        """The tag that identifies the source; empty if the source does not exist or is not given."""
        return {tag.SOURCE: self.source.identity()} if self.source and not self.source.missing else {}

    @property
    def judgement(self) -> Judgement | None:
        """The decision whether the definition takes the source; None if one of them does not exist."""
        if self.definition is None or self.source is None or self.source.missing:
            return None
        return judge(DefinitionKind.of(self.definition), self.source.kind())

    @property
    def needs_managed_image(self) -> bool:
        """Whether the definition takes the source only through a managed image."""
        return self.judgement is not None and self.judgement.verdict == ROAD


def observe(azure: Azure, request: VersionRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations and replications that an earlier run has begun."""
    image, now = request.publication.image, datetime.now(timezone.utc)
    if request.absent:
        wanted = version_id(image, request.publication.version)
        return Observed(Choice(wanted, once_deleted(azure, wanted, check_mode)), check_mode=check_mode, now=now)
    definition = azure.gallery_images.find(image)
    if definition is None:
        exists = azure.galleries.find(image.parent) is not None
        return Observed(Choice(image), has_gallery=exists, check_mode=check_mode)
    source = find_source(azure, request.source, request.location or definition.location) if request.source else None
    seen = Observed(Choice(image), definition, source, check_mode=check_mode, now=now)
    choice = _choose(azure, request, seen)
    return replace(
        seen,
        choice=choice,
        origins=_origins(azure, request) if _needs_evidence(request, seen, choice.existing) else (),
        uefi=azure.gallery_image_versions.read(choice.version, **UEFI) if choice.existing and request.uefi else None,
        interim=azure.images.find(interim_id(request, seen.origin)) if seen.needs_managed_image else None,
        regions=azure.regions.of(GALLERY_IMAGE_VERSION) if request.publication.names_new_region(choice.existing) else frozenset(),
    )


def _choose(azure: Azure, request: VersionRequest, seen: Observed) -> Choice:
    """The version of the task with the states of its replicas, once no other run is deleting it and what the task waits for has ended."""
    publication = request.publication
    if publication.version != NEXT:
        wanted = version_id(publication.image, publication.version)
        return Choice(wanted, as_it_is(azure, publication, wanted, seen.check_mode))
    choice = choose(publication, known_versions(azure, publication, seen.origin), seen.origin)
    return replace(choice, existing=choice.existing and as_it_is(azure, publication, choice.version, seen.check_mode))


def find_source(azure: Azure, source: VersionSource, location: str) -> FoundSource:
    """The resources of a source. ``location`` is the region in which an image of the community is read."""
    if source.community:
        return FoundSource(source, community=_community(azure, source.community, location))
    if source.resource is None:
        return _of_disks(azure, source)
    found = {MANAGED_IMAGE: _of_image, VERSION: _of_version, VM: _of_vm}[source.kind](azure, source, source.resource)
    return found or FoundSource(source, missing=(source.resource,))


def _community(azure: Azure, image: str, location: str) -> CatalogImage | None:
    """The version of a community gallery; None if it cannot be read, so that Azure judges it."""
    try:
        return azure.catalog.find(image, location)
    except Missing:
        return None


def _of_image(azure: Azure, source: VersionSource, resource: ResourceId) -> FoundSource | None:
    image = azure.images.find(resource)
    return FoundSource(source, image=image) if image else None


def _of_version(azure: Azure, source: VersionSource, resource: ResourceId) -> FoundSource | None:
    version = azure.gallery_image_versions.find(resource)
    return FoundSource(source, version=version, definition=azure.gallery_images.find(resource.parent)) if version else None


def _of_vm(azure: Azure, source: VersionSource, resource: ResourceId) -> FoundSource | None:
    vm = azure.machines.find(resource)
    os_disk = azure.disks.find(vm.os_disk.disk) if vm and vm.os_disk.disk else None
    return FoundSource(source, vm=vm, os_disk=os_disk) if vm else None


def _of_disks(azure: Azure, source: VersionSource) -> FoundSource:
    disks = tuple(_disk(azure, each) for each in source.disks)
    missing = (each.resource for each, found in zip(source.disks, disks, strict=True) if each.resource and found is None)
    return FoundSource(source, disks=disks, missing=tuple(missing))


def _disk(azure: Azure, source: DiskSource) -> Disk | Snapshot | None:
    if source.resource is None:
        return None
    return azure.snapshots.find(source.resource) if source.kind == SNAPSHOT else azure.disks.find(source.resource)


def _needs_evidence(request: VersionRequest, seen: Observed, existing: GalleryImageVersion | None) -> bool:
    """Whether a version will be made that new machines begin with, from a VM or from its disks."""
    generalized = seen.definition is not None and seen.definition.os_state != SPECIALIZED
    made = existing is None or request.recreate or existing.provisioning_state == FAILED
    return generalized and made and seen.source is not None and not seen.source.missing and bool(machine_sources(request))


def _origins(azure: Azure, request: VersionRequest) -> tuple[Origin, ...]:
    return tuple(observe_origin(azure, each, request.rules, request.resource_group) for each in machine_sources(request))


def machine_sources(request: VersionRequest) -> list[ResourceId]:
    """The VM, disks or snapshots that a version is made from."""
    source = request.source
    if source is None:
        return []
    if source.kind == VM and source.resource:
        return [source.resource]
    return [each.resource for each in source.disks if each.resource]
