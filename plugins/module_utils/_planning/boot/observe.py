# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM, its source and its surroundings in Azure, as planning needs them."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.ids import VM, ResourceId, region
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.disk import Disk
from ..._core.model.image import Image
from ..._core.model.marketplace import Terms
from ..._core.model.nic import Nic
from ..._core.model.provisioning import DELETING
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..settling import look_up
from .availability import look_up_catalog
from .purchase import look_up_terms, plan_of
from .request import BootRequest


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``location`` is the requested one, else that of the resource group; ``disks`` are the named ones that exist.

    ``without_group`` holds resources that were not found and whose resource group does not exist either. ``regions`` are those that have
    VMs: empty if they may not be read or were not needed. ``catalog`` is the image of a gallery or of the Marketplace; None if it may not
    be read. ``terms`` are those of the plan of the source; None if it has none, or if they may not be read.
    """

    location: str = ""
    vm: Vm | None = None
    nic: Nic | None = None
    image: Image | None = None
    catalog: CatalogImage | None = None
    terms: Terms | None = None
    disks: tuple[Disk, ...] = ()
    has_subnet: bool = True
    without_group: frozenset[ResourceId] = frozenset()
    regions: frozenset[str] = frozenset()
    check_mode: bool = False

    def disk(self, wanted: ResourceId) -> Disk | None:
        """One of the disks that the request names, or None if it does not exist."""
        return next((disk for disk in self.disks if disk.id == wanted), None)


def observe(azure: Azure, request: BootRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for operations that an interrupted run has begun."""
    vm = look_up(azure.machines, request.vm, check_mode)
    if request.state == "absent" or (vm is not None and vm.provisioning_state != DELETING):
        without_group = azure.groups.without_group(None if vm else request.vm)
        return Observed(vm=vm, nic=nic_of(azure, vm), without_group=without_group, check_mode=check_mode)
    return _observe_source(azure, request, vm, check_mode)


def nic_of(azure: Azure, vm: Vm | None) -> Nic | None:
    """The first network interface of a VM."""
    return azure.nics.find(vm.nics[0]) if vm and vm.nics else None


def _observe_source(azure: Azure, request: BootRequest, vm: Vm | None, check_mode: bool) -> Observed:
    """Read the image, the disks and the network for a new VM.

    Regions are read only without a managed image and without disks: with them, the region must be theirs.
    """
    named = [disk for disk in (request.os_disk, *(each.disk for each in request.data_disks)) if disk]
    image = look_up(azure.images, request.image, check_mode) if request.image else None
    disks = tuple(disk for disk in map(azure.disks.find, named) if disk)
    found = {each.id for each in (image, *disks) if each}
    location = request.location or azure.groups.location(request.vm.resource_group)
    regions = azure.regions.of(VM) if request.location and not found else frozenset()
    exists = location and (not regions or region(location) in regions)
    catalog = look_up_catalog(azure, request.other_image, location, check_mode) if request.other_image and exists else None
    os_disk = next((disk for disk in disks if disk.id == request.os_disk), None)
    lost = None if request.subnet is None or azure.subnets.exists(request.subnet) else request.subnet
    return Observed(
        vm=vm,
        location=location,
        image=image,
        catalog=catalog,
        terms=look_up_terms(azure, plan_of(image, catalog, os_disk)),
        disks=disks,
        has_subnet=lost is None,
        without_group=azure.groups.without_group(
            request.vm, lost, *(each for each in (request.image, *named) if each and each not in found)
        ),
        regions=regions,
        check_mode=check_mode,
    )
