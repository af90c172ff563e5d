# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a capture: which VM becomes which image, and what must be proven first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.ids import IMAGE, VM, ResourceId, region
from ..._core.limits import require_wait
from ..._core.references import own_id, parse_reference
from ..evidence.rules import MAX_AGE, Rules
from .checks.catalog import checked_waivers


@dataclass(frozen=True)
class CaptureRequest:
    """The checked options of one task. ``location`` is the short name of a region, ``backup_max_age`` is in hours.

    ``waive`` holds the ids of checks whose findings do not block.
    """

    vm: ResourceId
    target: ResourceId
    location: str | None = None
    os_only: bool = False
    backup_required: bool = True
    backup_max_age: int = MAX_AGE
    delete_source: bool = False
    assume_sealed: bool = False
    recreate: bool = False
    zone_resilient: bool | None = None
    tags: Mapping[str, str] | None = None
    append_tags: bool = True
    waive: frozenset[str] = frozenset()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> CaptureRequest:
        """Check and complete the module's options; raises ``InvalidRequest``."""
        require_wait(params)
        target, rules = own_id(params, IMAGE), Rules.from_params(params)
        return cls(
            vm=parse_reference(params["vm"], VM, target.resource_group, "vm"),
            target=target,
            location=region(params["location"]) if params.get("location") else None,
            os_only=params["disks"] == "os",
            backup_required=rules.backup,
            backup_max_age=rules.max_age,
            delete_source=params["source"] == "delete",
            assume_sealed=rules.assume,
            recreate=params["recreate"],
            zone_resilient=params["zone_resilient"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
            waive=checked_waivers(params["waive"]),
        )

    @property
    def rules(self) -> Rules:
        """The evidence that the options ask for before the VM is captured."""
        return Rules(self.assume_sealed, self.backup_required, self.backup_max_age)

    def within(self, subscription: str) -> CaptureRequest:
        """The same request with full ids."""
        return replace(self, vm=self.vm.within(subscription), target=self.target.within(subscription))
