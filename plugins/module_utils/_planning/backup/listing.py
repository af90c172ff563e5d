# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of backups: its options, and which backups it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core.ids import SNAPSHOT, VM, ResourceId
from ..._core.model.snapshot import Snapshot
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.references import parse_reference, require_group, require_name
from ..._core.subject import Subject
from ..missing_groups import empty_list, without_group
from .backups import Backup, backups_in
from .request import require_backup_name


@dataclass(frozen=True)
class BackupListRequest:
    """Which backups to list. ``vm`` is the id of a VM, ``vm_name`` the name of VMs in any resource group."""

    vm: ResourceId | None = None
    vm_name: str | None = None
    resource_group: str | None = None
    name: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> BackupListRequest:
        """Check and complete the module's options; an empty string counts as omitted. Raises ``InvalidRequest``."""
        vm, group, name = params["vm"], params["resource_group"] or None, params["name"] or None
        anywhere = isinstance(vm, str) and not vm.startswith("/") and not group
        return cls(
            vm=parse_reference(vm, VM, group, "vm") if vm and not anywhere else None,
            vm_name=require_name("vm", vm) if vm and anywhere else None,
            resource_group=require_group(group) if group else None,
            name=require_backup_name(name) if name else None,
        )

    def within(self, subscription: str) -> BackupListRequest:
        """The same request with full ids."""
        return replace(self, vm=self.vm.within(subscription) if self.vm else None)

    @property
    def subscription(self) -> str:
        """The subscription of the VM, in which its snapshots are; empty, which stands for our own, if no VM is given by id."""
        return self.vm.subscription if self.vm else ""

    @property
    def place(self) -> ResourceId | None:
        """A snapshot id that stands for the resource group of the list; None for the subscription."""
        if not self.resource_group:
            return None
        return ResourceId.of(SNAPSHOT, self.resource_group, self.name or "", subscription=self.subscription)


def chosen_backups(request: BackupListRequest, snapshots: Iterable[Snapshot]) -> tuple[Backup, ...]:
    """The backups among some snapshots that match the request, the oldest first."""
    name = (request.vm_name or "").casefold()
    return tuple(
        backup for backup in backups_in(snapshots, request.vm, request.name) if not name or backup.vm.rpartition("/")[2].casefold() == name
    )


def _plan(azure: Azure, request: BackupListRequest, check_mode: bool) -> Plan:
    backups = chosen_backups(request, azure.snapshots.list(request.resource_group, request.subscription))
    missing = without_group(azure, bool(backups), request.place, request.vm)
    return Plan(after={"backups": [backup.as_result() for backup in backups]}, warnings=empty_list(missing))


BACKUPS = Subject(BackupListRequest.from_params, _plan)
