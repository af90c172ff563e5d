# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for backing up a VM: a snapshot of each disk that has none yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from ..._core import tags as tag
from ..._core.errors import InvalidRequest, Missing
from ..._core.ids import ResourceId
from ..._core.limits import LONGEST_TAG_VALUE, MOST_TAGS
from ..._core.model.disk import ONLY_INCREMENTAL, Disk
from ..._core.model.provisioning import FAILED
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.plan import Plan, Step
from ..._core.ports import Azure
from ..._core.subject import Subject
from ..._core.times import format_time
from ..missing_groups import absent, absent_group
from ..settling import settled
from ..steps.snapshot import DeleteSnapshot, TagSnapshot, TakeSnapshot
from .backups import UNKNOWN, Backup, backups_in, is_part, lun_of, time_of
from .likeness import copied_tags, copy_properties, traits_value
from .names import OS, backup_id, snapshot_id
from .observe import Observed, observe
from .removal import plan_removal
from .request import ABSENT, PRESENT, BackupRequest
from .restore import plan_restore
from .sources import Source, sources_of


class _Part(NamedTuple):
    """A snapshot as it will be, and the steps until then."""

    snapshot: Snapshot
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()


def plan_backup(request: BackupRequest, seen: Observed, now: datetime) -> Plan:
    """Take the snapshots that are missing.

    A snapshot of another disk, or one that is too old, is never replaced, since it may be the last copy: another backup is taken.
    """
    vm = seen.vm
    if vm is None:
        raise absent("VM", request.vm, seen.without_group, ", so nothing can be backed up")
    if request.place in seen.without_group:
        raise Missing(f"snapshots of VM {vm.id.name} cannot be taken: {absent_group(request.place)}.")
    sources = sources_of(vm, seen.disks)
    former = [backup for backup in backups_in(seen.snapshots, name=request.name) if backup.vm_id == vm.vm_id]
    newest = max(former, key=lambda backup: backup.number, default=None)
    number = _number(newest, request, sources, now)
    parts = [_part(request, source, _wanted(request, vm, source, number, now), seen) for source in sources]
    backup = Backup(backup_id(request, vm, number), tuple(part.snapshot for part in parts))
    return Plan(
        steps=tuple(step for part in parts for step in part.steps),
        before={"backup": newest.as_result() if newest else None},
        after={"backup": backup.as_result()},
        warnings=(*(warning for part in parts for warning in part.warnings), *_plan_left_out(vm)),
    )


def _number(newest: Backup | None, request: BackupRequest, sources: Sequence[Source], now: datetime) -> int:
    """The number of the backup to take: that of the newest one if it is recent and of the same disks, else the next number."""
    if newest is None:
        return 1
    lives = {source.attached.lun: source.disk.unique_id for source in sources}
    same = all(lives.get(lun_of(snapshot), "").casefold() == snapshot.tags.get(tag.DISK, "").casefold() for snapshot in newest.snapshots)
    return newest.number if same and not _is_old(newest, request, now) else newest.number + 1


def _is_old(backup: Backup, request: BackupRequest, now: datetime) -> bool:
    """Whether any snapshot is older than the request allows. A failed one does not count: it is taken again anyway."""
    times = [time_of(snapshot) or UNKNOWN for snapshot in backup.snapshots if snapshot.provisioning_state != FAILED]
    return request.max_age is not None and min(times, default=now) < now - timedelta(hours=request.max_age)


def _part(request: BackupRequest, source: Source, wanted: Snapshot, seen: Observed) -> _Part:
    """Take a snapshot, take it again after a failure, or bring the tags of an existing one up to date."""
    present = next((snapshot for snapshot in seen.snapshots if snapshot.id == wanted.id), None)
    if present is not None:
        _require_ours(present, wanted, request)
    present, warnings = settled("snapshot", present, seen.check_mode)
    if present is None or present.provisioning_state == FAILED:
        former = (DeleteSnapshot(wanted.id),) if present else ()
        take = TakeSnapshot(wanted.id, source.disk.id, _body(wanted, source))
        return _Part(wanted, (*former, take), (*warnings, *_tags_left_out(request, source.disk, wanted)))
    tags = tag.wanted(present.tags, request.tags, request.append_tags, {tag.DISKS: wanted.tags[tag.DISKS]})
    steps = (TagSnapshot(wanted.id, tags),) if tags != dict(present.tags) else ()
    return _Part(replace(present, tags=tags), steps, warnings)


def _tags_left_out(request: BackupRequest, disk: Disk, wanted: Snapshot) -> tuple[str, ...]:
    """The warning about tags of a disk for which its snapshot has no room."""
    taken = {name.casefold() for name in wanted.tags}
    missing = [name for name in tag.without_ours(disk.tags) if name.casefold() not in taken]
    if not missing or (request.tags is not None and not request.append_tags):
        return ()
    return (f"Snapshot {wanted.id.name} does not get the tags {', '.join(missing)} of its disk: Azure allows {MOST_TAGS} for each.",)


def _require_ours(present: Snapshot, wanted: Snapshot, request: BackupRequest) -> None:
    """Refuse to touch a snapshot that has the name of ours but belongs to something else."""
    if not is_part(present) or present.tags[tag.BACKUP].casefold() != wanted.tags[tag.BACKUP].casefold():
        raise InvalidRequest(
            f"snapshot {present.id.name} in resource group {present.id.resource_group} exists, but is not part of backup {request.name}: "
            "give the backup another name."
        )


def _wanted(request: BackupRequest, vm: Vm, source: Source, number: int, now: datetime) -> Snapshot:
    """The snapshot of one disk as it is to be taken."""
    attached, disk = source.attached, source.disk
    own = {
        tag.BACKUP: backup_id(request, vm, number),
        tag.BACKUP_TIME: format_time(now),
        tag.PURPOSE: tag.BEFORE_GENERALIZE,
        tag.VM: tag.id_value(vm.id),
        tag.VM_ID: vm.vm_id,
        tag.LUN: OS if attached.lun is None else str(attached.lun),
        tag.DISK: disk.unique_id,
        tag.DISKS: str(len(vm.disks)),
        tag.TRAITS: traits_value(attached, disk),
        **_plan_tag(vm),
    }
    return Snapshot(
        id=snapshot_id(request, vm, attached.lun, number),
        location=disk.location,
        source=disk.id,
        source_unique_id=disk.unique_id,
        incremental=request.incremental or disk.storage_account_type in ONLY_INCREMENTAL,
        size_gib=disk.size_gib,
        tags=copied_tags(disk.tags, request.tags, request.append_tags, own),
    )


def _plan_tag(vm: Vm) -> dict[str, str]:
    """The Marketplace plan of the VM as a tag, if it has one that fits: Azure would refuse the snapshot otherwise."""
    value = tag.plan_value(vm.plan) if vm.plan else ""
    return {tag.PLAN: value} if 0 < len(value) <= LONGEST_TAG_VALUE else {}


def _plan_left_out(vm: Vm) -> tuple[str, ...]:
    """The warning about a Marketplace plan that no snapshot can keep."""
    if not vm.plan or _plan_tag(vm):
        return ()
    return (
        f"The Marketplace plan of VM {vm.id.name} does not fit into the tag {tag.PLAN}, which holds {LONGEST_TAG_VALUE} characters:"
        " write it down, since a VM made from the restored disks needs it.",
    )


def _body(wanted: Snapshot, source: Source) -> dict[str, Any]:
    """The request body of a snapshot."""
    creation = {"createOption": "Copy", "sourceResourceId": str(wanted.source)}
    like = copy_properties(source.disk, has_os=source.attached.lun is None)
    properties = {"creationData": creation, "incremental": wanted.incremental, **like}
    return {"location": wanted.location, "tags": dict(wanted.tags), "properties": properties}


def _plan(azure: Azure, request: BackupRequest, check_mode: bool) -> Plan:
    seen = observe(azure, request, check_mode)
    if request.state == PRESENT:
        return plan_backup(request, seen, now=datetime.now(timezone.utc))
    return plan_removal(request, seen) if request.state == ABSENT else plan_restore(request, seen)


def _taken(azure: Azure, expected: Mapping[str, Any]) -> Backup:
    """A backup as it is now. Its snapshots are read by their ids, since a list may lack them for minutes."""
    ids = [ResourceId.parse(part["id"]) for part in expected["snapshots"]]
    new = {each: azure.snapshots.get(each) for each in ids}
    return Backup(expected["id"], tuple(azure.snapshots.find_copied(each) or snapshot for each, snapshot in new.items()))


def _result(azure: Azure, request: BackupRequest, plan: Plan) -> Mapping[str, Any]:
    """The return values that the plan could only predict: times, sizes, states."""
    values: dict[str, Any] = {}
    if request.state == PRESENT:
        values["backup"] = _taken(azure, plan.after["backup"]).as_result()
    if plan.after.get("vm"):
        values["vm"] = azure.machines.get(request.vm).as_result()
    return values


BACKUP = Subject(BackupRequest.from_params, _plan, _result)
