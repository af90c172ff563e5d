# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for deleting a backup."""

from __future__ import annotations

from ..._core.plan import Plan
from ..steps.snapshot import DeleteSnapshot
from .backups import backups_in
from .observe import Observed
from .request import BackupRequest


def plan_removal(request: BackupRequest, seen: Observed) -> Plan:
    """Delete every snapshot of every backup of this name, even if the VM is gone or was recreated under its name."""
    backups = backups_in(seen.snapshots, request.vm, request.name)
    reason = seen.reason_for_no_backup(request)
    return Plan(
        steps=tuple(DeleteSnapshot(snapshot.id) for backup in backups for snapshot in backup.snapshots),
        before={"backup": backups[-1].as_result() if backups else None},
        after={"backup": None},
        warnings=(f"Nothing to delete: {reason}.",) if reason else (),
    )
