# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image or the disks of a new VM: whether they can be used, and what follows from them."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId, region
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.disk import Disk
from ..._core.model.image import Image, ImageDisk
from ..._core.model.provisioning import SUCCEEDED
from ..missing_groups import absent
from .observe import Observed
from .purchase import plan_of
from .reference import IN_GALLERY
from .request import BootRequest
from .security import Security, find_security


class Source(NamedTuple):
    """The origin of a new VM and its region. ``name`` is how a sentence calls it; ``coming`` are the data disks of the image."""

    name: str
    location: str
    os_type: str
    image: Image | None = None
    catalog: CatalogImage | None = None
    os_disk: Disk | None = None
    data_disks: tuple[Disk, ...] = ()
    coming: tuple[ImageDisk, ...] = ()
    security: Security = Security()

    @property
    def is_specialized(self) -> bool:
        """Whether the VM keeps the users and the host name of its source."""
        return self.os_disk is not None or (self.catalog is not None and self.catalog.is_specialized)

    @property
    def plan(self) -> dict[str, Any]:
        """The Marketplace plan that the VM needs."""
        return plan_of(self.image, self.catalog, self.os_disk)

    @property
    def os_size_gib(self) -> int | None:
        """The size of the OS disk in the image, if it is known."""
        if self.catalog is not None:
            return self.catalog.os_size_gib
        return self.image.os_disk.size_gib if self.image and self.image.os_disk else None

    @property
    def zones(self) -> tuple[str, ...]:
        """The zone of the disks, in which the VM must be."""
        return next((disk.zones for disk in (self.os_disk, *self.data_disks) if disk and disk.zones), ())

    def disk(self, wanted: ResourceId | None) -> Disk | None:
        """One of the existing disks."""
        return next((disk for disk in (self.os_disk, *self.data_disks) if disk and disk.id == wanted), None)


def find_source(request: BootRequest, seen: Observed) -> Source:
    """Check the image and the disks of a new VM. Raises ``Missing`` or ``InvalidRequest`` if no VM can be made from it."""
    image = _require_image(seen, request.image) if request.image else None
    os_disk = _require_disk(request, seen, request.os_disk) if request.os_disk else None
    data_disks = tuple(_require_disk(request, seen, each.disk) for each in request.data_disks if each.disk)
    found = image or seen.catalog
    coming = found.data_disks if found else ()
    _require_free_luns(request, coming)
    main = image or os_disk
    source = Source(
        name=_name(request),
        location=request.location or (main.location if main else seen.location),
        os_type=_os_type(request, found.os_type if found else os_disk.os_type if os_disk else None),
        image=image,
        catalog=seen.catalog,
        os_disk=os_disk,
        data_disks=data_disks,
        coming=coming,
        security=find_security(request, _name(request), os_disk, seen.catalog),
    )
    for each in (image, os_disk, *data_disks):
        if each is not None:
            _require_region(each, source.location)
    return source


def _require_image(seen: Observed, image: ResourceId) -> Image:
    if seen.image is None:
        raise absent("managed image", image, seen.without_group, f". {IN_GALLERY.rstrip('.')}")
    if seen.image.provisioning_state != SUCCEEDED:
        raise InvalidRequest(f"image {image.name} is {seen.image.provisioning_state}, so no VM can be made from it.")
    return seen.image


def _require_disk(request: BootRequest, seen: Observed, wanted: ResourceId) -> Disk:
    disk = seen.disk(wanted)
    if disk is None:
        raise absent("disk", wanted, seen.without_group)
    if disk.managed_by is not None and disk.managed_by != request.vm:
        raise InvalidRequest(f"disk {wanted.name} is attached to VM {disk.managed_by.name}, so VM {request.vm.name} cannot use it.")
    return disk


def _require_free_luns(request: BootRequest, coming: tuple[ImageDisk, ...]) -> None:
    taken = {disk.lun for disk in coming}
    if clash := [each.lun for each in request.data_disks if each.lun in taken]:
        raise InvalidRequest(f"data_disks: LUN {clash[0]} is taken by a data disk of {_name(request)}: choose another LUN.")


def _os_type(request: BootRequest, found: str | None) -> str:
    """The operating system that the image or the disk names, else the requested one: the first user depends on it."""
    if found is None and request.os_type is None:
        raise InvalidRequest(f"os_type: it is not known which operating system {_name(request)} holds: give Linux or Windows.")
    if found is not None and request.os_type not in (None, found):
        raise InvalidRequest(f"os_type: {_name(request)} holds {found}, not {request.os_type}: omit os_type.")
    return found or str(request.os_type)


def _require_region(resource: Image | Disk, location: str) -> None:
    if region(resource.location) != region(location):
        noun = "image" if isinstance(resource, Image) else "disk"
        raise InvalidRequest(
            f"{noun} {resource.id.name} is in {resource.location}, so a VM in {location} cannot use it: both must be in the same region."
        )


def _name(request: BootRequest) -> str:
    if request.os_disk is not None:
        return f"disk {request.os_disk.name}"
    return f"image {request.image.name}" if request.image else f"image {request.other_image}"
