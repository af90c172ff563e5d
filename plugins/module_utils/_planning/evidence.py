# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a capture must have seen before it may write: the guest was sealed, and the disks were backed up before that."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.goldenimage.azure.plugins.module_utils._planning import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import DEALLOCATED, SUCCEEDED, Disk, Snapshot, Vm
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.seal import Seal, read_verdict
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.times import utc


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
    if verdict.seal:
        return verdict.seal
    reason = verdict.reason
    if not vm.boot_diagnostics:
        reason = "it has no boot log, since boot diagnostics with managed storage are off"
    elif kept := kept_seal(vm):
        reason += f", and since the seal of {kept.time} was kept, the OS disk may have been used"
    raise InvalidRequest(
        f"VM {vm.id.name} is not known to be sealed: {reason}. Run the role linux_generalize on it, or vouch for it with sealed: assume."
    )


def require_backups(vm: Vm, disks: Sequence[Disk | None], backups: Sequence[Snapshot], seal: Seal | None) -> None:
    """One backup that holds every disk, as it was before the seal: a later one would only keep the stripped disks."""
    before = utc(seal.time) if seal else None
    useful = [backup for backup in backups if _is_of(backup, vm) and (before is None or (backup.time_created or "~") < before)]
    missing = [disk for disk in disks if disk and not any(_holds(backup, disk) for backup in useful)]
    if not missing and any(
        all(any(_holds(backup, disk) for backup in useful if backup.tags.get(tag.BACKUP) == name) for disk in disks if disk)
        for name in {backup.tags.get(tag.BACKUP) for backup in useful}
    ):
        return
    what = f"disk {missing[0].id.name}" if missing else "all disks at one time"
    when = f" from before its seal of {seal.time}" if seal else ""
    raise InvalidRequest(
        f"VM {vm.id.name} has no backup of {what}{when}: run vm_backup before the guest is generalized, or do without: backup: none."
    )


def _is_of(backup: Snapshot, vm: Vm) -> bool:
    return (
        backup.provisioning_state == SUCCEEDED
        and backup.tags.get(tag.PURPOSE) == tag.BEFORE_GENERALIZE
        and backup.tags.get(tag.VM_ID, "").lower() == vm.vm_id
    )


def _holds(backup: Snapshot, disk: Disk) -> bool:
    """The same life of the same disk, as the tag and, where Azure says it, the snapshot itself have it."""
    return bool(disk.unique_id) and backup.tags.get(tag.DISK) == disk.unique_id and backup.source_unique_id in ("", disk.unique_id)
