# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image of a gallery or of the Marketplace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .gallery_image import SPECIALIZED
from .gallery_image_version import REPLICATING, REPLICATION_FAILED, UNKNOWN, Replica
from .image import ImageDisk
from .provisioning import BEING_MADE, CREATING, SUCCEEDED

NVME = "NVMe"


@dataclass(frozen=True)
class CatalogImage:
    """A version of an image of a gallery or of the Marketplace, as far as a new VM depends on it.

    ``security_type`` is the value of its feature ``SecurityType``, ``controllers`` are those in its feature ``DiskControllerTypes``, and
    ``encryption`` is how the OS disks of confidential VMs are encrypted. ``plan`` is its purchase plan: ``name``, ``publisher``,
    ``product``. ``regions`` are the short names of those to which it is replicated, empty if that is not known; ``replica`` is the one in
    the region of the VM, if it was asked for. ``deprecation`` has ``state``, ``scheduled_time`` and ``alternative``, if the image says so.
    """

    os_type: str | None = None
    os_state: str | None = None
    data_disks: tuple[ImageDisk, ...] = ()
    security_type: str | None = None
    controllers: frozenset[str] = frozenset()
    version: str = ""
    provisioning_state: str = SUCCEEDED
    os_size_gib: int | None = None
    plan: Mapping[str, str] = field(default_factory=dict)
    encryption: str | None = None
    regions: tuple[str, ...] = ()
    replica: Replica | None = None
    deprecation: Mapping[str, Any] | None = None

    @property
    def is_specialized(self) -> bool:
        """Whether VMs from it keep its users and its host name."""
        return (self.os_state or "").casefold() == SPECIALIZED.casefold()

    @property
    def is_coming(self) -> bool:
        """Whether the version is still being replicated to the region of the VM; without a known replica, whether it is still being made.

        A version that is being made can be used in the regions that it has reached. A replica whose state is unknown has not been begun
        while the version is being made or changed.
        """
        if self.replica is None:
            return self.provisioning_state == CREATING
        if self.replica.state == UNKNOWN:
            return self.provisioning_state in BEING_MADE
        return self.replica.state == REPLICATING

    @property
    def has_arrived(self) -> bool:
        """Whether VMs can be made from it in their region, as far as that is known."""
        return not self.is_coming and (self.replica is None or self.replica.state != REPLICATION_FAILED)
