# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a copy: which VM is copied, into which subnet, and how the copy is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import DISK, SNAPSHOT, VM, ResourceId
from ..._core.limits import LONGEST_NAME, LONGEST_VM_NAME, require_wait
from ..._core.references import parse_reference, parse_subnet, require_group, require_name
from ..._core.times import require_hours

PRESENT, ABSENT = "present", "absent"
MAX_AGE = 12
"""Default of how many hours old the snapshots of an interrupted run may be at most."""


@dataclass(frozen=True)
class CopyRequest:
    """The checked options of one task. ``copy`` is the id of the VM that is made, in the subscription of its source.

    ``max_age`` is in hours.
    """

    vm: ResourceId
    copy: ResourceId
    state: str = PRESENT
    subnet: ResourceId | None = None
    confirm: str = ""
    size: str | None = None
    max_age: int = MAX_AGE
    keep_snapshots: bool = False
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> CopyRequest:
        """Check and complete the module's options; raises ``InvalidRequest``."""
        require_wait(params)
        group = require_group(params["resource_group"])
        vm = parse_reference(params["vm"], VM, group, "vm")
        request = cls(
            vm=vm,
            copy=ResourceId.of(VM, group, _copy_name(params["name"], vm), subscription=vm.subscription),
            state=params["state"],
            subnet=parse_subnet(params["subnet"], group) if params["subnet"] else None,
            confirm=params["confirm"] or "",
            size=params["size"],
            max_age=require_hours("max_age", params["max_age"]),
            keep_snapshots=params["keep_snapshots"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )
        _require_other_vm(request)
        return request

    def within(self, subscription: str) -> CopyRequest:
        """The same request with full ids. A VM can only be in a subnet of its own subscription."""
        copy = self.copy.within(subscription)
        subnet = self.subnet.within(copy.subscription) if self.subnet else None
        return replace(self, vm=self.vm.within(subscription), copy=copy, subnet=subnet)

    def snapshot(self, lun: int | None, series: int) -> ResourceId:
        """The id of the snapshot of the disk at a LUN, which is None for the OS disk. Snapshots of other series were kept."""
        return self._part(SNAPSHOT, lun, f"-{series}" if series > 1 else "")

    def disk(self, lun: int | None) -> ResourceId:
        """The id of the disk that is made from that snapshot."""
        return self._part(DISK, lun, "-disk")

    def _part(self, kind: str, lun: int | None, suffix: str) -> ResourceId:
        ending = f"-{'os' if lun is None else f'lun{lun}'}{suffix}"
        return replace(self.copy, kind=kind, names=(self.copy.name[: LONGEST_NAME - len(ending)] + ending,))


def _copy_name(name: str | None, vm: ResourceId) -> str:
    """The name of the copy, which has the limits of a VM."""
    name = require_name("name", name or f"{vm.name[: LONGEST_VM_NAME - len('-copy')]}-copy")
    if len(name) > LONGEST_VM_NAME:
        raise InvalidRequest(f"name: the name of a VM must have 1 to {LONGEST_VM_NAME} characters, not {len(name)}.")
    return name


def _require_other_vm(request: CopyRequest) -> None:
    """Refuse a copy with the id of its source."""
    if request.vm.within("-") == request.copy.within("-"):
        raise InvalidRequest(f"name: the copy cannot have the name of its source, VM {request.vm.name}: give it another one.")
