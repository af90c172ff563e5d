# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshots and the disks of a copy: those that an interrupted run left are used again, or replaced."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.model.provisioning import FAILED
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.plan import Step
from ..backup.sources import Source
from ..steps.disk import CopyDisk, DeleteDisk
from ..steps.snapshot import DeleteSnapshot, TakeSnapshot
from .body import disk_body, snapshot_body
from .observe import Observed, is_of_copy
from .request import CopyRequest


def is_usable(request: CopyRequest, seen: Observed, vm: Vm, source: Source, now: datetime) -> bool:
    """Whether an interrupted run has taken a snapshot of this very disk, and recently."""
    snapshot = seen.snapshots.get(request.snapshot(source.attached.lun, seen.series))
    return (
        snapshot is not None
        and is_of_copy(snapshot.tags, request)
        and snapshot.provisioning_state != FAILED
        and snapshot.tags.get(tag.COPY_OF_VM_ID, "").casefold() == vm.vm_id
        and snapshot.source_unique_id in ("", source.disk.unique_id)
        and snapshot.time_created is not None
        and snapshot.time_created >= now - timedelta(hours=request.max_age)
    )


def snapshot_steps(request: CopyRequest, seen: Observed, vm: Vm, source: Source, usable: bool) -> list[Step]:
    """Take the snapshot of a disk. If one of an interrupted run cannot be used, all are taken again, so that they are of one time."""
    id = request.snapshot(source.attached.lun, seen.series)
    present = seen.snapshots.get(id)
    if present and not is_of_copy(present.tags, request):
        raise _foreign("snapshot", id, request)
    if usable:
        return []
    former: list[Step] = [DeleteSnapshot(id)] if present else []
    return [*former, TakeSnapshot(id, source.disk.id, snapshot_body(request, vm, source))]


def disk_steps(request: CopyRequest, seen: Observed, vm: Vm, source: Source, usable: bool) -> list[Step]:
    """Make the disk of the copy from the snapshot."""
    id, snapshot = request.disk(source.attached.lun), request.snapshot(source.attached.lun, seen.series)
    present = seen.copied.get(id)
    if present and (not is_of_copy(present.tags, request) or present.managed_by):
        raise _foreign("disk", id, request)
    if present and usable and _is_made(present, seen.snapshots[snapshot]):
        return []
    former: list[Step] = [DeleteDisk(id)] if present else []
    return [*former, CopyDisk(id, snapshot, disk_body(request, vm, source, snapshot))]


def _is_made(disk: Disk, snapshot: Snapshot) -> bool:
    """Whether a disk of an interrupted run was made from this very snapshot, and no VM has had it."""
    same = disk.source == snapshot.id and disk.source_unique_id in ("", snapshot.unique_id)
    return same and disk.provisioning_state != FAILED and disk.never_used


def _foreign(noun: str, id: ResourceId, request: CopyRequest) -> InvalidRequest:
    return InvalidRequest(
        f"{noun} {id.name} in resource group {id.resource_group} exists, but is not a free part of copy {request.copy.name}:"
        " give the copy another name."
    )
