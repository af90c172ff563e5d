# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disks that were made from a backup. A copy of the backup is one disk for each snapshot; it is spent once a VM may have written to it.

Azure's ownership time tells whether a VM had a disk, but not what it did. So the time at which a restored disk was attached is noted in
a tag: as long as its VM stays deallocated and the time is the same, nothing was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from ..._core import tags as tag
from ..._core.model.disk import Disk
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import DEALLOCATED, Vm
from ..._core.times import parse_time
from .backups import Backup
from .names import restored_id
from .request import BackupRequest

_COPY = re.compile(r"-disk(?:-([0-9]+))?", re.IGNORECASE)


def target_of(backup: Backup, vm: Vm | None) -> Vm | None:
    """The VM that gets the restored disks: the one that was backed up, if it is still there and not marked as generalized."""
    return vm if vm is not None and vm.vm_id == backup.vm_id and not vm.generalized else None


def copy_numbers(request: BackupRequest, backup: Backup, vm: Vm | None) -> Iterator[int]:
    """The numbers of the copies in the order in which they are tried: first that of the disk which the VM starts from, then 1, 2, ..."""
    attached = vm.os_disk.disk if vm else None
    found = _COPY.search(attached.name) if attached else None
    number = int(found[1] or 1) if found else 1
    if attached == restored_id(request, backup.vm_id, None, backup.number, number):
        yield number
    yield from count(1)


def is_ours(disk: Disk, backup: Backup, snapshot: Snapshot) -> bool:
    """Whether a disk was made from this snapshot for this backup, by its tag and by its source."""
    return disk.tags.get(tag.BACKUP, "").casefold() == backup.id.casefold() and disk.source == snapshot.id


def spent(disk: Disk, backup: Backup, snapshot: Snapshot, vm: Vm | None) -> str | None:
    """Why a disk of ours is not as the backup is, as a clause; None if it is. A disk that is not ours is not judged here."""
    if not is_ours(disk, backup, snapshot):
        return None
    if disk.source_unique_id and snapshot.unique_id and disk.source_unique_id != snapshot.unique_id:
        return "the backup was deleted and taken again since"
    return None if disk.never_used or _only_attached(disk, target_of(backup, vm)) else "a VM may have written to it since"


def _only_attached(disk: Disk, vm: Vm | None) -> bool:
    """Whether the VM has the disk but was not started since: it is deallocated, and the ownership time is the one that was noted then."""
    if vm is None or vm.power != DEALLOCATED or disk.managed_by != vm.id:
        return False
    return disk.ownership_time is not None and disk.ownership_time == parse_time(disk.tags.get(tag.OWNERSHIP))
