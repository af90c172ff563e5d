# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot of a managed disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..ids import ResourceId
from .protection import Protection
from .provisioning import SUCCEEDED


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a managed disk. ``source_unique_id`` is the ``unique_id`` of that disk; both ids are empty if Azure does not say."""

    id: ResourceId
    location: str
    provisioning_state: str = SUCCEEDED
    unique_id: str = ""
    source: ResourceId | None = None
    source_unique_id: str = ""
    incremental: bool = False
    os_type: str | None = None
    hyper_v_generation: str | None = None
    security_type: str | None = None
    size_gib: int | None = None
    time_created: datetime | None = None
    completion_percent: float | None = None
    protection: Protection = Protection()
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    hibernation: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def architecture(self) -> str | None:
        """``x64`` or ``Arm64``; None if Azure does not say."""
        return self.capabilities.get("architecture")

    @property
    def complete(self) -> bool:
        """Whether it can be used."""
        return self.provisioning_state == SUCCEEDED and self.copied

    @property
    def copied(self) -> bool:
        """Whether it holds all bytes: Azure copies those of some snapshots in the background, after it has created the snapshot."""
        return self.completion_percent in (None, 100)
