# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a Windows guest: its OS disk is read once its VM is deallocated, so that no word of the guest itself counts.

The backup is read in the same way, but before the guest is generalized: what could not be read later is found while there is a way back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...._core.errors import GoldenImageError, InvalidRequest
from ...._core.model.disk import Disk
from ...._core.model.disk_bytes import DiskBytes
from ...._core.model.seal import Seal
from ...._core.model.snapshot import Snapshot
from ...._core.model.vm import DEALLOCATED, Vm
from ...._core.model.windows_disk import BROKEN, ENCRYPTED, GENERALIZED, SPECIALIZED, UNREADABLE, WindowsDisk
from ...._core.ports import Azure
from ...._core.times import format_time
from ...guest.windows.disk_verdict import DiskVerdict, judge
from ..evidence import Verdict

AGAIN = "Start the VM, and run the role windows_generalize on it, which finds the cause."
MENDS = {
    SPECIALIZED: AGAIN,
    BROKEN: "Restore the VM from its backup.",
    ENCRYPTED: "Start the VM, decrypt all of its volumes completely, and generalize it again.",
}
"""The remedies for verdicts other than ``generalized``."""
OTHERWISE = "Mend what could not be read, or set sealed: assume if you know that its guest is generalized."
LATER = Verdict(reason="its OS disk is read only once the VM is deallocated")


class DiskReader(NamedTuple):
    """Reads Windows from the bytes of a disk. ``require`` raises ``InvalidRequest`` if this machine lacks a library for that."""

    inspect: Callable[[DiskBytes], WindowsDisk]
    require: Callable[[], None]

    @property
    def flaw(self) -> str | None:
        """Why this machine cannot read Windows disks; None if it can."""
        try:
            self.require()
        except InvalidRequest as error:
            return error.message
        return None


class BackupReading(NamedTuple):
    """The newest backup of an OS disk, as it was read: its verdict, and the reason for that as a sentence."""

    snapshot: str
    verdict: str
    reason: str


def read_os_disk(azure: Azure, vm: Vm, os_disk: Disk, reader: DiskReader) -> Verdict:
    """The verdict on a VM. Its OS disk was read from Azure before; if it is used after that, its ownership time is another one."""
    if vm.power != DEALLOCATED:
        return LATER
    with azure.disks.opened(os_disk.id) as content:
        disk = reader.inspect(content)
    found = judge(disk)
    if found.verdict != GENERALIZED:
        return Verdict(reason=_clause(os_disk, found), mend=MENDS.get(found.verdict, OTHERWISE), disk=found.verdict)
    if disk.generalized_at is None:
        reason = f"its OS disk {os_disk.id.name} is generalized, but does not say since when"
        return Verdict(reason=reason, mend=OTHERWISE, disk=found.verdict)
    seal = Seal.of(vm.vm_id, format_time(disk.generalized_at)).stamped(os_disk.ownership_time)
    return Verdict(seal=seal, disk=found.verdict, warnings=found.warnings)


def read_backup(azure: Azure, snapshots: Sequence[Snapshot], reader: DiskReader) -> BackupReading | None:
    """The newest of the snapshots, as the same reader finds it; None if there is none."""
    usable = [(each.time_created, str(each.id), each) for each in snapshots if each.complete and each.time_created]
    if not usable:
        return None
    newest = max(usable)[2]
    try:
        with azure.snapshots.opened(newest.id) as content:
            found = judge(reader.inspect(content))
    except GoldenImageError as error:
        return BackupReading(newest.id.name, UNREADABLE, error.message)
    return BackupReading(newest.id.name, found.verdict, found.reason)


def _clause(os_disk: Disk, found: DiskVerdict) -> str:
    """The reason of a verdict as the end of a sentence."""
    return f"its OS disk {os_disk.id.name} is {found.verdict}: {found.reason.rstrip('.')}"
