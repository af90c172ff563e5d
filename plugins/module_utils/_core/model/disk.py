# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A managed disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..ids import ResourceId
from .protection import Protection
from .provisioning import SUCCEEDED

NO_CACHING, READ_WRITE = "None", "ReadWrite"
"""The default caching of a data disk and of an OS disk in Azure."""
ONLY_INCREMENTAL = ("UltraSSD_LRS", "PremiumV2_LRS")
"""The types of disks of which Azure takes no full snapshots: https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots"""


@dataclass(frozen=True)
class Disk:
    """A managed disk.

    Azure gives a disk that is deleted and created again another ``unique_id``. ``source_unique_id`` is that of its source; empty
    if Azure does not say. ``ownership_time`` is Azure's ``LastOwnershipUpdateTime``: when the disk was last attached or detached, or its VM
    last started or deallocated; None if Azure does not say. ``capabilities`` are Azure's ``supportedCapabilities`` of the system on it, and
    ``tier`` is its performance tier.
    ``encrypted`` is whether Azure Disk Encryption is on, which encrypts in the guest.
    """

    id: ResourceId
    location: str
    unique_id: str = ""
    state: str = "Unattached"
    provisioning_state: str = SUCCEEDED
    os_type: str | None = None
    hyper_v_generation: str | None = None
    architecture: str | None = None
    security_type: str | None = None
    size_gib: int | None = None
    storage_account_type: str | None = None
    encrypted: bool = False
    source: ResourceId | None = None
    source_unique_id: str = ""
    managed_by: ResourceId | None = None
    ownership_time: datetime | None = None
    time_created: datetime | None = None
    zones: tuple[str, ...] = ()
    protection: Protection = Protection()
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    hibernation: bool = False
    tier: str | None = None
    bursting: bool = False
    max_shares: int | None = None
    iops: int | None = None
    mbps: int | None = None
    sector_size: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def never_used(self) -> bool:
        """Whether no VM ever had the disk, so that nothing but its creation has written to it."""
        return self.ownership_time in (None, self.time_created)
