# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two proofs that a capture requires: the guest was sealed, and its disks were backed up shortly before that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.model.disk import Disk
from ..._core.model.seal import Seal
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import DEALLOCATED, STOPPED, Vm
from ..._core.ports import Azure
from ..._core.times import format_time
from ..backup.backups import Backup

SEALING, FAILED, SEALED, SILENT, UNAVAILABLE = "sealing", "failed", "sealed", "silent", "unavailable"
"""How far the seal is, by the place where the verdict is left: at work, refused, done, nothing that counts, or that place was not read."""


class Verdict(NamedTuple):
    """The finalizer's verdict as it was found: a good ``seal``, or the ``reason`` why there is none, a clause about the VM.

    ``state`` is one of the five words above, ``disk`` the verdict on the OS disk if that was read, with ``warnings`` about it and how to
    ``mend`` what it lacks. ``is_awaited`` says that a verdict may still arrive, ``is_empty`` that nothing at all was
    found where it is left.
    """

    seal: Seal | None = None
    reason: str = ""
    state: str = UNAVAILABLE
    is_awaited: bool = False
    is_empty: bool = False
    disk: str | None = None
    warnings: tuple[str, ...] = ()
    mend: str = ""

    def as_result(self) -> dict[str, str | None]:
        """The return value ``guest`` of a module."""
        return {"console": self.state, "reason": self.reason or None} | ({"disk": self.disk} if self.disk else {})


class VerdictReader(Protocol):
    """Reads the verdict from the place where the finalizer of one operating system leaves it."""

    def __call__(self, azure: Azure, vm: Vm) -> Verdict:
        """The verdict on a VM, as far as its guest has written it."""


UNREAD = Verdict(reason="its verdict was not read")
NOT_NEEDED = Verdict(state=SEALED)
"""In place of the verdict of a VM whose kept seal is trusted."""

UNSEALED = "Run the role linux_generalize on it, or set sealed: assume if you know that its guest is generalized."
INTERRUPTED = (
    "An earlier run kept that seal, but ended before it could stamp it; deallocating may have emptied the boot log since."
    " If the VM was not started since then, set sealed: assume; otherwise run the role linux_generalize on it."
)
"""The remedies for a VM without a good verdict; the second one if a seal was kept, but not stamped, and the boot log is empty."""

CLOCKS = timedelta(minutes=1)
"""How far the clocks of a guest and of Azure may be apart."""


def kept_seal(vm: Vm) -> Seal | None:
    """The seal that an earlier run kept in the VM's tag."""
    return Seal.from_tag(vm.tags.get(tag.SEAL), vm.vm_id)


def trusted_seal(vm: Vm, os_disk: Disk | None) -> Seal | None:
    """The kept seal, if the OS disk has not been used since it was stamped; then the verdict need not be read again."""
    kept = kept_seal(vm)
    return kept if kept and is_stamped(kept, vm, os_disk) else None


def is_stamped(seal: Seal, vm: Vm, os_disk: Disk | None) -> bool:
    """Whether the stamp of the seal is the ownership time that the OS disk has now: then no VM has used the disk since."""
    return vm.power == DEALLOCATED and os_disk is not None and seal.ownership is not None and seal.ownership == os_disk.ownership_time


def find_seal(vm: Vm, os_disk: Disk | None, verdict: Verdict) -> Seal | None:
    """The seal of a VM that has stopped: a kept one that is still trusted, or that of the verdict, if it is beyond doubt."""
    return trusted_seal(vm, os_disk) or (verdict.seal if verdict.seal and not _doubt(vm, os_disk, verdict) else None)


def require_seal(vm: Vm, os_disk: Disk | None, verdict: Verdict) -> Seal:
    """The seal of a VM that has stopped, which must have one."""
    if seal := find_seal(vm, os_disk, verdict):
        return seal
    doubt = _doubt(vm, os_disk, verdict) if verdict.seal else _unsealed(vm, verdict.reason)
    kept = kept_seal(vm)
    remedy = verdict.mend or (INTERRUPTED if kept and kept.ownership is None and verdict.is_empty else UNSEALED)
    raise InvalidRequest(f"VM {vm.id.name} is not known to be sealed: {doubt}. {remedy}", guest=verdict.as_result())


def require_backups(
    vm: Vm, disks: Sequence[Disk], backups: Sequence[Backup], seal: Seal | None, max_age: int, unread: Sequence[str] = ()
) -> None:
    """Require a backup as ``lacking_backup`` describes it. ``unread`` holds the reasons why not every backup was found."""
    if (lacking := lacking_backup(vm, disks, backups, seal, max_age)) is None:
        return
    hint = f" Some snapshots could not be looked for: {' '.join(unread)}" if unread else ""
    raise InvalidRequest(
        f"VM {vm.id.name} has no backup of {lacking}: run vm_backup before the guest is generalized,"
        f" or set backup: none to capture without one.{hint}"
    )


def lacking_backup(vm: Vm, disks: Sequence[Disk], backups: Sequence[Backup], seal: Seal | None, max_age: int) -> str | None:
    """The missing backup, as the end of a clause; None if one backup holds every disk as it was in the ``max_age`` hours before the seal.

    A later backup would hold disks that were already generalized; an earlier one would lack what was done in the guest since.
    """
    span = _span(vm, disks, seal, max_age)

    def holds(backup: Backup, disk: Disk) -> bool:
        return any(is_part_of(each, vm, disk) and span.has(each.time_created) for each in backup.snapshots)

    if disks and any(all(holds(backup, disk) for disk in disks) for backup in backups):
        return None
    missing = next((disk for disk in disks if not any(holds(backup, disk) for backup in backups)), None)
    what = f"disk {missing.id.name}" if missing else "all disks at one time"
    when = f" from the {max_age} hours before its seal of {seal.time}" if seal and seal.time else ""
    return f"{what}{when}"


class _Span(NamedTuple):
    """The time from ``start`` until before ``end``; None leaves it open."""

    start: datetime | None = None
    end: datetime | None = None

    def has(self, moment: datetime | None) -> bool:
        """Whether a time is known and lies in the span."""
        return moment is not None and (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


def _span(vm: Vm, disks: Sequence[Disk], seal: Seal | None, max_age: int) -> _Span:
    """The time in which a backup must have been taken. Without a seal, only the ownership time of a deallocated VM's disks is known."""
    if seal and seal.moment:
        return _Span(seal.moment - timedelta(hours=max_age), seal.moment)
    return _Span(end=disks[0].ownership_time if disks and vm.power == DEALLOCATED else None)


def is_part_of(snapshot: Snapshot, vm: Vm, disk: Disk) -> bool:
    """Whether a snapshot is of this very disk, and can be used to restore this VM."""
    return _is_of(snapshot, vm) and _is_copy(snapshot, disk)


def _is_of(snapshot: Snapshot, vm: Vm) -> bool:
    """Whether a snapshot can be used to restore this VM."""
    tags = snapshot.tags
    return snapshot.complete and tags.get(tag.PURPOSE) == tag.BEFORE_GENERALIZE and tags.get(tag.VM_ID, "").lower() == vm.vm_id


def _is_copy(snapshot: Snapshot, disk: Disk) -> bool:
    """Whether a snapshot is of this very disk, by its tag and, if Azure says it, by the snapshot itself. Names can be reused."""
    tagged = snapshot.tags.get(tag.DISK)
    return bool(disk.unique_id) and tagged == disk.unique_id and snapshot.source_unique_id in ("", disk.unique_id)


def _unsealed(vm: Vm, reason: str) -> str:
    """Why a VM without a good verdict is not sealed, though a seal may have been kept."""
    kept = kept_seal(vm)
    return f"{reason}, and the OS disk may have been used since the seal of {kept.time}" if kept else reason


def _doubt(vm: Vm, os_disk: Disk | None, verdict: Verdict) -> str | None:
    """Why a good verdict may not be about the OS disk: the disk can be exchanged or used without a trace in what the guest has written."""
    seal = verdict.seal
    if seal is None or verdict.disk:
        return None
    kept, made = kept_seal(vm), os_disk.time_created if os_disk else None
    if made and (seal.moment is None or made > seal.moment):
        return f"its OS disk was made at {format_time(made)}, after the verdict of {seal.time}"
    if kept and kept.ownership and replace(kept, ownership=None) == seal and not vm.generalized:
        return f"the OS disk may have been used since the seal of {kept.time}: its ownership has changed"
    used = os_disk.ownership_time if os_disk and vm.power == STOPPED and not vm.generalized else None
    if used and seal.moment and used > seal.moment + CLOCKS:
        return f"the ownership of its OS disk changed at {format_time(used)}, after the verdict of {seal.time}: it may have been started"
    return None
