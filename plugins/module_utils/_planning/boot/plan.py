# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A temporary VM from an image or from specialized disks: the steps that create it, or remove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.model.vm import Vm
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.references import require_region
from ..._core.subject import Subject
from ..missing_groups import absent, absent_group, require_groups
from ..settling import settled
from ..steps.vm import DeleteVm, TagVm
from .availability import about_arrival
from .body import vm_body
from .controller import about_controller
from .deprecation import about_deprecation
from .login import require_login, require_no_login
from .match import require_match
from .observe import Observed, nic_of, observe
from .prediction import predicted_vm, vm_result
from .provisioning import ProvisionVm
from .purchase import require_accepted
from .request import BootRequest
from .source import find_source


def plan_boot(request: BootRequest, seen: Observed) -> Plan:
    """Keep an existing VM that is the requested one. Check a new VM for what Azure would refuse only while creating it."""
    if request.state == "absent":
        return _plan_absent(request, seen)
    vm, about_vm = settled("VM", seen.vm, seen.check_mode)
    if vm is not None:
        return _plan_match(request, seen, vm, about_vm)
    image, about_image = settled("image", seen.image, seen.check_mode)
    return _plan_new(request, replace(seen, image=image), (*about_vm, *about_image))


def _plan_new(request: BootRequest, seen: Observed, warnings: tuple[str, ...]) -> Plan:
    _require_complete(request, seen)
    source = find_source(request, seen)
    arriving = about_arrival(source.name, seen.catalog, source.location, seen.check_mode)
    deprecated = about_deprecation(source.name, seen.catalog)
    require_accepted(source.name, seen.terms)
    if source.is_specialized:
        require_no_login(request, source.name)
    else:
        require_login(request, source.os_type)
    tags = tag.wanted({}, request.tags, True, {tag.PURPOSE: tag.BOOT})
    return Plan(
        steps=(ProvisionVm(request.vm, source.name, vm_body(request, source, tags)),),
        before={"vm": None},
        after={"vm": vm_result(predicted_vm(request, source, tags), None)},
        warnings=(*warnings, *arriving, *deprecated, *about_controller(request, source.name, seen.catalog)),
    )


def _require_complete(request: BootRequest, seen: Observed) -> None:
    """Refuse a new VM without a source or a network, or in a group or a region that does not exist."""
    if not any((request.image, request.other_image, request.os_disk)):
        raise InvalidRequest(f"image: a new VM {request.vm.name} needs image or os_disk, and neither is given.")
    if request.subnet is None:
        raise InvalidRequest(f"subnet: a new VM {request.vm.name} needs one, and none is given.")
    require_groups(seen.without_group, request.vm)
    require_region(request.location, seen.regions, "virtual machines")
    if not seen.has_subnet:
        raise absent(f"virtual network {request.subnet.names[0]} with a subnet", request.subnet, seen.without_group)


def _plan_match(request: BootRequest, seen: Observed, vm: Vm, warnings: tuple[str, ...]) -> Plan:
    """Only the tags of an existing VM can change."""
    _require_ours(vm)
    require_match(request, vm, seen.nic)
    tags = tag.wanted(vm.tags, request.tags, request.append_tags)
    return Plan(
        steps=(TagVm(vm.id, tags),) if tags != dict(vm.tags) else (),
        before={"vm": vm_result(vm, seen.nic)},
        after={"vm": vm_result(replace(vm, tags=tags), seen.nic)},
        warnings=warnings,
    )


def _plan_absent(request: BootRequest, seen: Observed) -> Plan:
    """Delete the VM. Its delete options say which disks and interfaces Azure deletes with it."""
    if seen.vm is None:
        warnings = (f"Nothing to delete: {absent_group(request.vm)}.",) if request.vm in seen.without_group else ()
        return Plan(before={"vm": None}, after={"vm": None}, warnings=warnings)
    _require_ours(seen.vm)
    return Plan((DeleteVm(seen.vm.id),), {"vm": vm_result(seen.vm, seen.nic)}, {"vm": None})


def _require_ours(vm: Vm) -> None:
    """Refuse to touch a VM that this module did not create: it deletes without asking."""
    if vm.tags.get(tag.PURPOSE) != tag.BOOT:
        raise InvalidRequest(f"VM {vm.id.name} was not made by image_boot (it has no tag {tag.PURPOSE}: {tag.BOOT}), so it is left alone.")


def _plan(azure: Azure, request: BootRequest, check_mode: bool) -> Plan:
    return plan_boot(request, observe(azure, request, check_mode))


def _result(azure: Azure, request: BootRequest, plan: Plan) -> Mapping[str, Any]:
    """The VM as it is now, with the address that Azure gave it."""
    if request.state == "absent":
        return {}
    vm = azure.machines.get(request.vm)
    return {"vm": vm_result(vm, nic_of(azure, vm))}


BOOT = Subject(BootRequest.from_params, _plan, _result)
