# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for deleting a backup."""

from __future__ import annotations

from collections.abc import Sequence

from ..._core.errors import InvalidRequest
from ..._core.model.lock import Lock
from ..._core.plan import Plan
from ..steps.snapshot import DeleteSnapshot
from .backups import Backup, backups_in
from .observe import Observed
from .request import BackupRequest


def _refuse_locked(request: BackupRequest, backups: Sequence[Backup], locks: Sequence[Lock]) -> None:
    """Refuse to begin if a lock forbids to delete any of the snapshots: half a backup would be left."""
    for snapshot in (snapshot for backup in backups for snapshot in backup.snapshots):
        if lock := next((lock for lock in locks if lock.holds(snapshot.id)), None):
            raise InvalidRequest(
                f"backup {request.name} of VM {request.vm.name} cannot be deleted, and nothing of it was: lock {lock.name} ({lock.level})"
                f" on {lock.scope} forbids to delete snapshot {snapshot.id.name}. Remove the lock first."
            )


def plan_removal(request: BackupRequest, seen: Observed) -> Plan:
    """Delete every snapshot of every backup of this name, even if the VM is gone or was recreated under its name."""
    backups = backups_in(seen.snapshots, request.vm, request.name)
    _refuse_locked(request, backups, seen.locks)
    reason = seen.reason_for_no_backup(request)
    return Plan(
        steps=tuple(DeleteSnapshot(snapshot.id) for backup in backups for snapshot in backup.snapshots),
        before={"backup": backups[-1].as_result() if backups else None},
        after={"backup": None},
        warnings=(f"Nothing to delete: {reason}.",) if reason else (),
    )
