# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for removing a copy with everything that was made for it."""

from __future__ import annotations

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.plan import Plan
from ..boot.prediction import vm_result
from ..capture.recheck import SameVm
from ..missing_groups import absent_group
from ..steps.disk import DeleteDisk
from ..steps.snapshot import DeleteSnapshot, TagSnapshot
from ..steps.vm import DeleteVm
from .observe import Observed, is_of_copy
from .request import CopyRequest


def plan_removal(request: CopyRequest, seen: Observed) -> Plan:
    """Delete the snapshots, then the VM, with which Azure deletes its disks and its interface, then disks that no VM has.

    The snapshots go first: as long as the VM exists, a run that was interrupted here finds what is left. That of the OS disk comes last of
    them: once it is kept for the user, later runs look for snapshots of the next series.
    """
    if seen.copy:
        require_ours(request, seen.copy)
    os_snapshot = request.snapshot(None, seen.series)
    parts = sorted(seen.snapshots.values(), key=lambda each: (each.id == os_snapshot, str(each.id)))
    ours = [each for each in parts if is_of_copy(each.tags, request)]
    snapshots = [_kept(each) if request.keep_snapshots else DeleteSnapshot(each.id) for each in ours]
    free = [each for each in seen.copied.values() if is_of_copy(each.tags, request) and each.managed_by is None]
    steps = (*snapshots, *([DeleteVm(seen.copy.id, SameVm(seen.copy))] if seen.copy else []), *(DeleteDisk(each.id) for each in free))
    before = {"vm": vm_result(seen.copy, None) if seen.copy else None, "snapshots": seen.snapshot_ids}
    after = {"vm": None, "snapshots": seen.snapshot_ids if request.keep_snapshots else []}
    missing = not steps and request.copy in seen.without_group
    return Plan(steps, before, after, (f"Nothing to delete: {absent_group(request.copy)}.",) if missing else ())


def _kept(snapshot: Snapshot) -> TagSnapshot:
    """Mark a snapshot as one that belongs to the user from now on."""
    return TagSnapshot(snapshot.id, {**snapshot.tags, tag.PURPOSE: tag.KEPT_COPY})


def require_ours(request: CopyRequest, copy: Vm) -> None:
    """Refuse to use or to delete a VM that this module has not made, or has made as a copy of another VM."""
    if copy.tags.get(tag.PURPOSE) != tag.COPIED:
        raise InvalidRequest(f"VM {copy.id.name} was not made by vm_copy (it has no tag {tag.PURPOSE}: {tag.COPIED}), so it is left alone.")
    if not is_of_copy(copy.tags, request):
        raise InvalidRequest(
            f"VM {copy.id.name} is not a copy of VM {request.vm.name} in resource group {request.vm.resource_group}, but, by its tags, of"
            f" {copy.tags.get(tag.COPY_OF) or 'an unknown VM'}, so it is left alone: check vm, or give the copy another name."
        )
