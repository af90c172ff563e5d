# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a capture must have seen before it may write: the guest was sealed, and the disks were backed up before that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.model.disk import Disk
from ..._core.model.seal import Seal, read_verdict
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import DEALLOCATED, Vm
from ..._core.times import format_time

MAX_AGE = 24
"""Hours before its seal in which a VM's backup was taken, unless the task says otherwise."""


def kept_seal(vm: Vm) -> Seal | None:
    """The seal that an earlier run kept in the VM's tag."""
    return Seal.from_tag(vm.tags.get(tag.SEAL), vm.vm_id)


def trusted_seal(vm: Vm, os_disk: Disk | None) -> Seal | None:
    """The kept seal, while the OS disk has rested since it was stamped; then the boot log need not be read."""
    kept = kept_seal(vm)
    return kept if kept and is_stamped(kept, vm, os_disk) else None


def is_stamped(seal: Seal, vm: Vm, os_disk: Disk | None) -> bool:
    """Whether the seal bears the time at which the OS disk came to rest, and that time still stands."""
    return vm.power == DEALLOCATED and os_disk is not None and seal.ownership is not None and seal.ownership == os_disk.ownership_time


def require_seal(vm: Vm, os_disk: Disk | None, boot_log: str) -> Seal:
    """The seal of a VM that has stopped: kept and still standing, or read from its boot log."""
    if trusted := trusted_seal(vm, os_disk):
        return trusted
    verdict = read_verdict(boot_log, vm.vm_id)
    doubt = _doubt(vm, os_disk, verdict.seal) if verdict.seal else _unsealed(vm, verdict.reason)
    if verdict.seal and not doubt:
        return verdict.seal
    raise InvalidRequest(
        f"VM {vm.id.name} is not known to be sealed: {doubt}. Run the role linux_generalize on it, or vouch for it with sealed: assume."
    )


def _unsealed(vm: Vm, reason: str) -> str:
    if not vm.boot_diagnostics:
        return "it has no boot log, since boot diagnostics with managed storage are off"
    kept = kept_seal(vm)
    return f"{reason}, and since the seal of {kept.time} was kept, the OS disk may have been used" if kept else reason


def _doubt(vm: Vm, os_disk: Disk | None, seal: Seal) -> str | None:
    """Why a verdict that ends the boot log may still not be about the OS disk: it can change without a word in this log."""
    kept, made = kept_seal(vm), os_disk.time_created if os_disk else None
    if made and (seal.moment is None or made > seal.moment):
        return f"its OS disk was made at {format_time(made)}, after the verdict of {seal.time}"
    if kept and kept.ownership and replace(kept, ownership=None) == seal and not vm.generalized:
        return f"since the seal of {kept.time} was stamped, the OS disk may have been used: its ownership has changed"
    return None


def require_backups(vm: Vm, disks: Sequence[Disk | None], backups: Sequence[Snapshot], seal: Seal | None, max_age: int = MAX_AGE) -> None:
    """One backup that holds every disk, as it was shortly before the seal.

    A later one would only keep the stripped disks, one of long before not what the guest became since.
    """
    span = _span(vm, disks[0], seal, max_age)
    useful = [backup for backup in backups if _is_of(backup, vm) and span.has(backup.time_created)]
    missing = [disk for disk in disks if disk and not any(_holds(backup, disk) for backup in useful)]
    if not missing and any(
        all(any(_holds(backup, disk) for backup in useful if backup.tags.get(tag.BACKUP) == name) for disk in disks if disk)
        for name in {backup.tags.get(tag.BACKUP) for backup in useful}
    ):
        return
    what = f"disk {missing[0].id.name}" if missing else "all disks at one time"
    when = f" from the {max_age} hours before its seal of {seal.time}" if seal else ""
    raise InvalidRequest(
        f"VM {vm.id.name} has no backup of {what}{when}: run vm_backup before the guest is generalized, or do without: backup: none."
    )


@dataclass(frozen=True)
class _Span:
    """From ``start`` until before ``end``; None where it is open."""

    start: datetime | None = None
    end: datetime | None = None

    def has(self, moment: datetime | None) -> bool:
        """Whether a time is known and lies in it."""
        return moment is not None and (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


def _span(vm: Vm, os_disk: Disk | None, seal: Seal | None, max_age: int) -> _Span:
    """When a backup must have been taken. Without a seal, Azure knows only when a VM that is deallocated came to rest."""
    if seal and seal.moment:
        return _Span(seal.moment - timedelta(hours=max_age), seal.moment)
    return _Span(end=os_disk.ownership_time if os_disk and vm.power == DEALLOCATED else None)


def _is_of(backup: Snapshot, vm: Vm) -> bool:
    return backup.complete and backup.tags.get(tag.PURPOSE) == tag.BEFORE_GENERALIZE and backup.tags.get(tag.VM_ID, "").lower() == vm.vm_id


def _holds(backup: Snapshot, disk: Disk) -> bool:
    """The same life of the same disk, as the tag and, where Azure says it, the snapshot itself have it."""
    return bool(disk.unique_id) and backup.tags.get(tag.DISK) == disk.unique_id and backup.source_unique_id in ("", disk.unique_id)
