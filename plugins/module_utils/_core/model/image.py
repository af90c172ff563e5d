# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A managed image and the disks in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ids import ResourceId
from .provisioning import SUCCEEDED


@dataclass(frozen=True)
class ImageDisk:
    """One disk inside a managed image; ``lun`` is None for the OS disk."""

    source: str | None
    lun: int | None = None
    size_gib: int | None = None
    caching: str | None = None
    storage_account_type: str | None = None
    disk_encryption_set: str | None = None


@dataclass(frozen=True)
class Image:
    """A managed image. ``source`` is the VM it was made from, None if it was made from disks."""

    id: ResourceId
    location: str
    provisioning_state: str = SUCCEEDED
    source: ResourceId | None = None
    os_type: str | None = None
    os_state: str | None = None
    hyper_v_generation: str | None = None
    os_disk: ImageDisk | None = None
    data_disks: tuple[ImageDisk, ...] = ()
    zone_resilient: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_result(self) -> dict[str, Any]:
        """The dictionary that every module returns for an image."""
        return {
            "id": str(self.id),
            "name": self.id.name,
            "resource_group": self.id.resource_group,
            "location": self.location,
            "provisioning_state": self.provisioning_state,
            "source": str(self.source) if self.source else None,
            "os_type": self.os_type,
            "os_state": self.os_state,
            "hyper_v_generation": self.hyper_v_generation,
            "os_disk": _disk_result(self.os_disk) if self.os_disk else None,
            "data_disks": [{"lun": disk.lun, **_disk_result(disk)} for disk in self.data_disks],
            "zone_resilient": self.zone_resilient,
            "tags": dict(self.tags),
        }


def _disk_result(disk: ImageDisk) -> dict[str, Any]:
    return {
        "source": disk.source,
        "size_gib": disk.size_gib,
        "caching": disk.caching,
        "storage_account_type": disk.storage_account_type,
        "disk_encryption_set": disk.disk_encryption_set,
    }
