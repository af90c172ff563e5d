# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM as the source of a capture: it is deallocated, keeps its seal as a tag, and is marked as generalized."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.model.seal import Seal
from ..._core.model.vm import DEALLOCATED, Vm
from ..._core.plan import Step
from ..steps.vm import Deallocate, Generalize, KeepSeal, StampSeal
from .evidence import is_stamped, kept_seal
from .recheck import NotStarted, NotUsed


class Preparation(NamedTuple):
    """Steps that turn a VM into a source, and the VM after them. ``first`` are those before everything else."""

    steps: tuple[Step, ...]
    vm: Vm
    first: tuple[Step, ...] = ()


def unchanged(vm: Vm) -> Preparation:
    """No steps: a specialized version holds the VM as it is."""
    return Preparation((), vm)


def prepare(vm: Vm, os_disk: Disk | None, seal: Seal | None) -> Preparation:
    """The steps that a VM still lacks. Its seal is kept before it is deallocated, and stamped after that.

    The seal of a Windows VM comes from its OS disk, which is read after that.
    """
    if vm.is_windows and seal:
        return _prepare_read(vm, os_disk, seal)
    pending = seal if seal and not vm.generalized and not is_stamped(seal, vm, os_disk) else None
    steps: list[Step] = []
    if vm.power != DEALLOCATED:
        steps += [KeepSeal(vm.id, pending)] if pending and pending != kept_seal(vm) else []
        steps.append(Deallocate(vm.id, NotStarted(vm, os_disk, pending)))
    if pending:
        steps.append(StampSeal(vm.id, os_disk_id(vm), pending, _ownership_before(vm, os_disk)))
    if not vm.generalized:
        steps.append(Generalize(vm.id, NotUsed(vm, os_disk, seal)))
    tags = _stamped_tags(vm, os_disk, pending) if pending else vm.tags
    return Preparation(tuple(steps), replace(vm, power=DEALLOCATED, generalized=True, tags=tags))


def _prepare_read(vm: Vm, os_disk: Disk | None, seal: Seal) -> Preparation:
    """The steps that a VM still lacks whose OS disk was read when it was deallocated, or is going to be read."""
    kept = () if vm.generalized or seal == kept_seal(vm) else (KeepSeal(vm.id, seal),)
    flagged = () if vm.generalized else (Generalize(vm.id, NotUsed(vm, os_disk, seal)),)
    first = () if vm.power == DEALLOCATED else (deallocation(vm),)
    tags = vm.tags if vm.generalized else tag.checked({**vm.tags, tag.SEAL: seal.as_tag()})
    return Preparation((*kept, *flagged), replace(vm, power=DEALLOCATED, generalized=True, tags=tags), first)


def deallocation(vm: Vm) -> Deallocate:
    """The step that deallocates a VM whose seal is not known yet."""
    return Deallocate(vm.id, NotStarted(vm))


def os_disk_id(vm: Vm) -> ResourceId:
    """The id of the OS disk, which must be a managed disk."""
    if vm.os_disk.disk is None:
        raise InvalidRequest(f"VM {vm.id.name}: its OS disk is not a managed disk.")
    return vm.os_disk.disk


def _stamped_tags(vm: Vm, os_disk: Disk | None, seal: Seal) -> dict[str, str]:
    """The tags of the VM with its seal, stamped if the time is known already: deallocating a VM sets it."""
    ownership = os_disk.ownership_time if os_disk and vm.power == DEALLOCATED else None
    return tag.checked({**vm.tags, tag.SEAL: seal.stamped_if_set(ownership, None).as_tag()})


def _ownership_before(vm: Vm, os_disk: Disk | None) -> datetime | None:
    """The ownership time of the OS disk before the VM is deallocated; None if that has happened already."""
    return os_disk.ownership_time if os_disk and vm.power != DEALLOCATED else None
