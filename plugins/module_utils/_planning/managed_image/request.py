# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a managed image that is made from disks, snapshots or blobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import DISK_ENCRYPTION_SET, IMAGE, ResourceId, region
from ..._core.limits import GIB, HIGHEST_LUN, LARGEST_DATA_DISK_GIB, LARGEST_OS_DISK, require_number, require_wait
from ..._core.references import own_id, parse_reference
from ..evidence.rules import Rules
from .sources import DiskSource, parse_source, title_of


@dataclass(frozen=True)
class WantedDisk:
    """One disk of the image. ``lun`` is None for the OS disk; what else is None is left to Azure. ``option`` names it in sentences."""

    option: str
    source: DiskSource
    lun: int | None = None
    caching: str | None = None
    size_gib: int | None = None
    storage_account_type: str | None = None
    encryption_set: ResourceId | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any], group: str, option: str, largest: int) -> WantedDisk:
        """One disk in the module's options."""
        encryption = params["disk_encryption_set"]
        lun, size = params.get("lun"), params["size_gib"]
        return cls(
            option=option,
            source=parse_source(params["source"], group, f"{option}.source"),
            lun=None if lun is None else require_number(f"{option}.lun", lun, 0, HIGHEST_LUN),
            caching=params["caching"] or None,
            size_gib=None if size is None else require_number(f"{option}.size_gib", size, 1, largest, "GiB"),
            storage_account_type=params["storage_account_type"] or None,
            encryption_set=parse_reference(encryption, DISK_ENCRYPTION_SET, group, f"{option}.disk_encryption_set") if encryption else None,
        )

    def within(self, subscription: str) -> WantedDisk:
        """The same disk with full ids."""
        source = self.source if isinstance(self.source, str) else self.source.within(subscription)
        return replace(self, source=source, encryption_set=self.encryption_set.within(subscription) if self.encryption_set else None)


@dataclass(frozen=True)
class ImageRequest:
    """The checked options of one task. ``location`` is the short name of a region, ``rules`` what must be proven about the sources.

    Without an ``os_disk`` the image must exist, and its disks are not compared.
    """

    image: ResourceId
    state: str = "present"
    os_disk: WantedDisk | None = None
    data_disks: tuple[WantedDisk, ...] = ()
    location: str | None = None
    os_type: str | None = None
    generation: str | None = None
    zone_resilient: bool | None = None
    rules: Rules = Rules()
    recreate: bool = False
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ImageRequest:
        """Check and complete the module's options; raises ``InvalidRequest``."""
        require_wait(params)
        image = own_id(params, IMAGE)
        if params["state"] == "absent":
            return cls(image, "absent")
        group, os_disk = image.resource_group, params["os_disk"]
        if params["data_disks"] and not os_disk:
            raise InvalidRequest("data_disks: an image also needs an OS disk: give os_disk.")
        return cls(
            image=image,
            os_disk=WantedDisk.from_params(os_disk, group, "os_disk", LARGEST_OS_DISK // GIB) if os_disk else None,
            data_disks=_data_disks(params["data_disks"] or (), group),
            location=region(params["location"]) if params["location"] else None,
            os_type=params["os_type"] or None,
            generation=params["hyper_v_generation"] or None,
            zone_resilient=params["zone_resilient"],
            rules=Rules.from_params(params),
            recreate=params["recreate"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )

    @property
    def disks(self) -> tuple[WantedDisk, ...]:
        """All disks of the image, the OS disk first."""
        return (self.os_disk, *self.data_disks) if self.os_disk else ()

    def within(self, subscription: str) -> ImageRequest:
        """The same request with full ids. Only now it is known whether two of them name the same disk."""
        full = replace(
            self,
            image=self.image.within(subscription),
            os_disk=self.os_disk.within(subscription) if self.os_disk else None,
            data_disks=tuple(each.within(subscription) for each in self.data_disks),
        )
        _require_distinct(full.disks)
        return full


def _data_disks(given: Sequence[Mapping[str, Any]], group: str) -> tuple[WantedDisk, ...]:
    """The data disks by LUN."""
    disks = [WantedDisk.from_params(each, group, f"data_disks[{index}]", LARGEST_DATA_DISK_GIB) for index, each in enumerate(given)]
    luns = [each.lun for each in disks]
    if twice := [lun for lun in luns if luns.count(lun) > 1]:
        raise InvalidRequest(f"data_disks: LUN {twice[0]} is given twice: each data disk needs a LUN of its own.")
    return tuple(sorted(disks, key=lambda disk: disk.lun or 0))


def _require_distinct(disks: Sequence[WantedDisk]) -> None:
    """Refuse the same source for two disks, as Azure does."""
    for number, each in enumerate(disks):
        for first in disks[:number]:
            if first.source == each.source:
                raise InvalidRequest(
                    f"{each.option}.source: {title_of(each.source)} is the source of {first.option} already. Azure's words for this in a"
                    " gallery: 'Duplicated source ids are found in the input disks. Source id should be unique for each disk.'"
                )
