# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a backup: which VM, where its snapshots go, and what the backup is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import SNAPSHOT, VM, ResourceId
from ..._core.limits import require_wait
from ..._core.references import parse_reference, require_given, require_group
from ..._core.times import require_hours

DEFAULT_NAME = "before-generalize"
PRESENT, ABSENT, RESTORED = "present", "absent", "restored"
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True)
class BackupRequest:
    """The checked options of one task. ``max_age`` is in hours; None accepts a backup of any age."""

    vm: ResourceId
    resource_group: str
    name: str
    state: str = PRESENT
    incremental: bool = False
    max_age: int | None = None
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> BackupRequest:
        """Check and complete the module's options; raises ``InvalidRequest``."""
        require_wait(params)
        group = require_group(params["resource_group"])
        return cls(
            vm=parse_reference(params["vm"], VM, group, "vm"),
            resource_group=group,
            name=require_backup_name(params["name"]),
            state=params["state"],
            incremental=params["incremental"],
            max_age=None if params["max_age"] is None else require_hours("max_age", params["max_age"]),
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )

    def within(self, subscription: str) -> BackupRequest:
        """The same request with full ids."""
        return replace(self, vm=self.vm.within(subscription))

    @property
    def place(self) -> ResourceId:
        """A snapshot id that stands for the resource group of the backup."""
        return ResourceId.of(SNAPSHOT, self.resource_group, self.name, subscription=self.vm.subscription)


def require_backup_name(name: str) -> str:
    """The name of a backup, if it fits into the names of its snapshots."""
    require_given("name", name)
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"name: {name!r} is not a valid name for a backup: use 1 to 40 letters, digits, '_', '.' or '-',"
            " the first and last a letter or digit."
        )
    return name
