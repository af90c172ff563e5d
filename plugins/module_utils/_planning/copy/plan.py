# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for a throw-away copy of a VM: snapshots of its disks, disks from these, a VM from the disks. Also its removal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.model.provisioning import FAILED
from ..._core.model.vm import RUNNING, AttachedDisk, Vm
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.subject import Subject
from ..backup.sources import Source, sources_of
from ..boot.prediction import vm_result
from ..missing_groups import absent, require_groups
from ..settling import settled
from ..steps.snapshot import AwaitSnapshot
from ..steps.vm import CreateVm
from .body import vm_body, vm_tags
from .observe import Observed, observe
from .parts import disk_steps, is_usable, snapshot_steps
from .removal import plan_removal, require_ours
from .request import ABSENT, CopyRequest
from .source import require_kinds, require_live, require_unlocked, require_unsealed


def plan_copy(request: CopyRequest, seen: Observed, now: datetime) -> Plan:
    """Make the copy, unless it exists. Check first what Azure would refuse only after some of it has been made."""
    if request.state == ABSENT:
        return plan_removal(request, seen)
    copy, warnings = settled("VM", seen.copy, seen.check_mode)
    if copy:
        return _plan_existing(request, seen, copy, warnings)
    vm = _require_copyable(request, seen)
    sources = sources_of(vm, seen.disks)
    require_unsealed(vm, sources[0].disk)
    require_kinds(vm, sources)
    usable = all(is_usable(request, seen, vm, each, now) for each in sources)
    steps = [step for each in sources for step in snapshot_steps(request, seen, vm, each, usable)]
    steps += [AwaitSnapshot(request.snapshot(each.attached.lun, seen.series)) for each in sources]
    steps += [step for each in sources for step in disk_steps(request, seen, vm, each, usable)]
    steps.append(CreateVm(request.copy, f"the copied disks of VM {vm.id.name}", vm_body(request, vm, sources[0].disk)))
    after = {"vm": vm_result(_predicted(request, vm), None), "snapshots": _snapshot_ids(request, seen, sources), "source": vm.as_result()}
    return Plan(tuple(steps), {"vm": None, "snapshots": seen.snapshot_ids, "source": vm.as_result()}, after, warnings)


def _plan_existing(request: CopyRequest, seen: Observed, copy: Vm, warnings: tuple[str, ...]) -> Plan:
    """A copy that exists is used as it is: it may be half-way through being generalized."""
    require_ours(request, copy)
    if seen.vm and copy.tags.get(tag.COPY_OF_VM_ID, "").casefold() != seen.vm.vm_id:
        raise InvalidRequest(
            f"VM {copy.id.name} is a copy of another VM ({copy.tags.get(tag.COPY_OF)}, vmId {copy.tags.get(tag.COPY_OF_VM_ID)}):"
            " remove it with state: absent, or give the copy another name."
        )
    if copy.provisioning_state == FAILED:
        raise InvalidRequest(f"VM {copy.id.name} exists, but its provisioning has failed: remove it with state: absent, and run again.")
    state = {"vm": vm_result(copy, seen.nic), "snapshots": seen.snapshot_ids, "source": seen.vm.as_result() if seen.vm else None}
    return Plan((), state, state, warnings)


def _require_copyable(request: CopyRequest, seen: Observed) -> Vm:
    """The source, if it exists and its copy is confirmed and has a place."""
    vm = seen.vm
    if vm is None:
        raise absent("VM", request.vm, seen.without_group, ", so it cannot be copied")
    require_live(vm)
    if request.confirm.casefold() != vm.id.name.casefold():
        raise InvalidRequest(
            f"confirm: must be {vm.id.name}, the name of the VM to copy, not {request.confirm!r}. The copy starts the services of that VM,"
            " with its credentials and under its name, so its subnet must have no way to the systems that the VM works with."
        )
    if request.subnet is None:
        raise InvalidRequest(f"subnet: the copy of VM {vm.id.name} needs one, and none is given.")
    if request.subnet in seen.subnets:
        raise InvalidRequest(
            f"subnet: {request.subnet.name} is the subnet of VM {vm.id.name} itself, in which its copy would act as a second one under the"
            " same name: use a subnet without routes to other systems."
        )
    require_groups(seen.without_group, request.copy)
    if not seen.has_subnet:
        raise absent(f"virtual network {request.subnet.names[0]} with a subnet", request.subnet, seen.without_group)
    require_unlocked(request.copy, seen.locks)
    return vm


def _predicted(request: CopyRequest, vm: Vm) -> Vm:
    """The copy as it will be; Azure gives it a vmId and an interface."""

    def copied(attached: AttachedDisk) -> AttachedDisk:
        disk = request.disk(attached.lun)
        return replace(attached, name=disk.name, disk=disk)

    return replace(
        vm,
        id=request.copy,
        vm_id="",
        os_disk=copied(vm.os_disk),
        data_disks=tuple(map(copied, vm.data_disks)),
        power=RUNNING,
        size=request.size or vm.size,
        nics=(),
        computer_name=None,
        agent_status=None,
        tags=vm_tags(request, vm),
    )


def _snapshot_ids(request: CopyRequest, seen: Observed, sources: Sequence[Source]) -> list[str]:
    return [str(request.snapshot(each.attached.lun, seen.series)) for each in sources]


def _plan(azure: Azure, request: CopyRequest, check_mode: bool) -> Plan:
    return plan_copy(request, observe(azure, request, check_mode), datetime.now(timezone.utc))


def _result(azure: Azure, request: CopyRequest, plan: Plan) -> Mapping[str, Any]:
    """The copy as it is now, with the address that Azure gave it."""
    if request.state == ABSENT:
        return {}
    copy = azure.machines.get(request.copy)
    return {"vm": vm_result(copy, azure.nics.find(copy.nics[0]) if copy.nics else None)}


COPY = Subject(CopyRequest.from_params, _plan, _result)
