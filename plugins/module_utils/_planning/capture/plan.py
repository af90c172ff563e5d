# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for capturing a VM as an image: prepare the source and create the target, unless something forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..._core.checks import Check
from ..._core.errors import InvalidRequest
from ..._core.model.disk import Disk
from ..._core.model.seal import Seal
from ..._core.model.vm import Vm
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.subject import Subject
from ..evidence.required import (
    NO_EVIDENCE,
    Evidence,
    evidence_of,
    origin_tags,
    require_evidence,
    require_way_back,
    sealed_result,
)
from ..gallery.publishing import version_result
from ..missing_groups import absent
from ..steps.vm import OWNERSHIP_SECONDS, DeleteVm
from . import source
from .checks.report import check_capture, findings, refuse_before_waiting, reported_with, require_unblocked, warnings_of
from .evidence import FAILED, SEALED, SEALING, Verdict, kept_seal, require_seal
from .evidence_of.windows import DiskReader
from .observe import Needs, Observed, needs, observe, target_of
from .recheck import NotUsed
from .request import CaptureRequest
from .saved import Saved
from .target import Outcome, Target


def plan_capture(request: CaptureRequest, seen: Observed) -> Plan:
    """The steps that are still missing. The image decides first: once it is as requested, the VM may be gone."""
    target, need = target_of(request, seen.existing), needs(request, seen.existing, seen.vm)
    if not need.capture:
        return _with_checks(_plan_match(request, seen, target, need), seen, ())
    vm = _require_vm(request, seen, target)
    checks = check_capture(request, seen, vm)
    require_unblocked(seen, vm, checks)
    with reported_with(seen, checks):
        return _with_checks(_plan_new(request, seen, target, vm, need), seen, checks)


def _require_vm(request: CaptureRequest, seen: Observed, target: Target) -> Vm:
    """The VM, which must exist if its image does not."""
    if seen.vm is None:
        flaw = target.flaw(None)
        consequence = f", and {target.title} {flaw}" if flaw else f", and there is no {target.title} yet"
        missing = None if request.vm in seen.without_group else str(request.vm)
        raise absent("VM", request.vm, seen.without_group, consequence, missing_vm=missing)
    return seen.vm


def _with_checks(plan: Plan, seen: Observed, checks: Sequence[Check]) -> Plan:
    """The same plan with the report of the checks. An image that is as requested needs none."""
    return replace(plan, warnings=(*plan.warnings, *warnings_of(checks)), findings=findings(seen, checks))


def _plan_new(request: CaptureRequest, seen: Observed, target: Target, vm: Vm, need: Needs) -> Plan:
    """Prepare the VM and create the image."""
    evidence = _require_evidence(request, seen, vm, need)
    created = target.create(vm, seen.disks, evidence)
    prepared = source.unchanged(vm) if request.specialized else source.prepare(vm, seen.os_disk, evidence.seal)
    steps = (*prepared.first, *created.first, *prepared.steps, *created.steps)
    outcome = created._replace(steps=steps, warnings=(*evidence.warnings, *seen.verdict.warnings, *created.warnings))
    facts = {**_kind_of(request), "sealed": evidence.result, **({"guest": seen.verdict.as_result()} if need.seal else {})}
    return replace(_finished(request, target, outcome, vm, prepared.vm), facts=facts)


def _plan_match(request: CaptureRequest, seen: Observed, target: Target, need: Needs) -> Plan:
    """The image is there: only its tags and the deletion of the VM can be missing."""
    outcome = target.adjust(seen.vm, seen.check_mode)
    if need.backups and seen.vm:
        saved, seal = Saved(seen.backups, seen.unread), kept_seal(seen.vm)
        require_way_back(seen.vm, seen.disks, saved, seal, request.rules.max_age, seen.flaw_of_copy)
    return replace(_finished(request, target, outcome, seen.vm, seen.vm), facts={**_kind_of(request), "sealed": sealed_result(target.tags)})


def _kind_of(request: CaptureRequest) -> dict[str, str]:
    """The return value that tells a generalized from a specialized version. A managed image has its own property for it."""
    return {"os_state": request.gallery.os_state.lower()} if request.gallery else {}


def _finished(request: CaptureRequest, target: Target, outcome: Outcome, before: Vm | None, after: Vm | None) -> Plan:
    """The plan that ends with the deletion of the VM, if that is requested and the VM exists. The image does not need it any more."""
    guard = outcome.deletable or (target.deletable(before) if before else None)
    deletion = (DeleteVm(before.id, guard),) if request.delete_source and before and guard else ()
    return Plan(
        steps=outcome.steps,
        clean_up=(*outcome.clean_up, *deletion),
        before={**target.state(), **_result_of(before)},
        after={**outcome.after, **_result_of(None if deletion else after)},
        warnings=outcome.warnings,
    )


def _require_evidence(request: CaptureRequest, seen: Observed, vm: Vm, need: Needs) -> Evidence:
    """The evidence about the VM. In check mode, a VM that still runs is assumed to pass."""
    if request.specialized:
        return replace(NO_EVIDENCE, tags=origin_tags(vm))
    power = vm.power or "not stopped"
    if vm.has_stopped:
        later = need.seal and seen.is_proven_later
        prove = partial(Seal.of, vm.vm_id, "") if later else partial(require_seal, vm, seen.os_disk, seen.verdict)
        saved = Saved(seen.backups, seen.unread)
        evidence = require_evidence(request.rules, prove, vm, seen.disks, saved, flaw_of_copy=seen.flaw_of_copy)
        return replace(evidence, warnings=(_assumed_of_disk(vm),)) if later and seen.check_mode else evidence
    if seen.check_mode:
        evidence = evidence_of(vm, Seal.of(vm.vm_id, "") if need.seal else None, request.assume_sealed)
        warning = f"VM {vm.id.name} is {power}: planned as if it had been backed up and sealed and had stopped."
        return replace(evidence, warnings=(warning,))
    guest = {"guest": seen.verdict.as_result()} if need.seal else {}
    raise InvalidRequest(_still_running(vm, power, seen.verdict), **guest)


def _assumed_of_disk(vm: Vm) -> str:
    return f"VM {vm.id.name} is {vm.power}: planned as if its OS disk were generalized, which is read once the VM is deallocated."


def _still_running(vm: Vm, power: str, verdict: Verdict) -> str:
    """The sentence about a VM whose guest was waited for in vain."""
    if verdict.state == FAILED:
        return (
            f"VM {vm.id.name} is not sealed, and still {power}: {verdict.reason}. Remove the cause in its guest, and generalize it again."
        )
    if verdict.state == SEALING:
        return f"VM {vm.id.name} is still {power}, because its guest is sealing itself: run this task again later, or raise wait_timeout."
    if verdict.state == SEALED:
        return f"VM {vm.id.name} is sealed, but still {power}: stop it in Azure if it does not power off, and run again."
    return f"VM {vm.id.name} is still {power}: generalize its guest, which then powers off, or raise wait_timeout."


def _result_of(vm: Vm | None) -> dict[str, Any]:
    return {"vm": vm.as_result() if vm else None}


def _plan(reader: DiskReader, azure: Azure, request: CaptureRequest, check_mode: bool) -> Plan:
    """The plan of a capture. A seal that is known only once the VM is deallocated makes two of it, the second of which is planned then."""
    seen = observe(azure, request, check_mode, reader, partial(refuse_before_waiting, request))
    plan, need = plan_capture(request, seen), needs(request, seen.existing, seen.vm)
    if check_mode or seen.vm is None or not (need.capture and need.seal and seen.is_proven_later):
        return plan
    rest = partial(_plan_deallocated, reader, request, seen.vm, seen.os_disk)
    return replace(plan, steps=(source.deallocation(seen.vm),), clean_up=(), rest=rest)


def _plan_deallocated(reader: DiskReader, request: CaptureRequest, vm: Vm, os_disk: Disk | None, azure: Azure) -> Plan:
    """The plan for the VM once it is deallocated. The ownership time that this sets is part of the seal, so it is waited for."""
    before = os_disk.ownership_time if os_disk else None
    disk = source.os_disk_id(vm)
    azure.until(lambda: azure.disks.get(disk).ownership_time, lambda time: time != before, OWNERSHIP_SECONDS)
    NotUsed(vm).require(azure)
    return plan_capture(request, observe(azure, request, False, reader))


def _result(azure: Azure, request: CaptureRequest, plan: Plan) -> Mapping[str, Any]:
    """The image and the VM as they are after the plan was applied."""
    vm = azure.machines.find(request.vm)
    if request.gallery is None:
        return {"image": azure.images.get(request.target).as_result(), **_result_of(vm)}
    return {**version_result(azure, plan, request.gallery.publication.api), **_result_of(vm)}


def capture(reader: DiskReader) -> Subject[CaptureRequest]:
    """The subject of a module that captures VMs. ``reader`` reads the OS disks of Windows VMs."""
    return Subject(CaptureRequest.from_params, partial(_plan, reader), _result)
