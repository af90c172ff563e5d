# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules about Windows VMs: whether their OS disk can be read later, found while their guest can still be changed."""

from __future__ import annotations

from collections.abc import Iterator

from ...._core.checks import WARN
from ...._core.model.reading import private_access, protection_against_reading
from ...._core.model.vm import WINDOWS
from ...._core.model.windows_disk import SPECIALIZED
from ..evidence import trusted_seal
from .rule import Candidate, Finding, Rule

READ = "whether Windows was generalized is read from the OS disk once the VM is deallocated, when Sysprep cannot be undone any more"
PREPARE = "https://learn.microsoft.com/azure/virtual-machines/windows/prepare-for-upload-vhd-image"
EXPORT = "https://learn.microsoft.com/azure/virtual-machines/disks-restrict-import-export-overview"


def _extensions(candidate: Candidate) -> Iterator[Finding]:
    if names := candidate.vm.extensions:
        yield Finding(
            f"VM {candidate.vm.id.name} has the extensions {', '.join(sorted(names))}",
            "their programs, settings and logs stay in the image, though the VMs made from it do not have them",
            "remove the extensions before the guest is generalized, or waive this check",
            WARN,
        )


def _reads(candidate: Candidate) -> bool:
    """Whether the OS disk has to be read."""
    return candidate.needs_seal and not trusted_seal(candidate.vm, candidate.seen.os_disk)


def _without_reader(candidate: Candidate) -> Iterator[Finding]:
    if candidate.seen.reader_flaw:
        yield Finding(
            f"VM {candidate.vm.id.name}: this machine cannot read Windows disks: {candidate.seen.reader_flaw.rstrip('.')}",
            READ,
            "install what is missing, or set sealed: assume if you know that its guest is generalized",
        )


def _inaccessible(candidate: Candidate) -> Iterator[Finding]:
    disk = candidate.seen.os_disk
    if disk is None or not _reads(candidate):
        return
    if found := protection_against_reading(disk.protection):
        yield Finding(f"OS disk {disk.id.name} cannot be read: {found.what}", READ, found.mend)
    elif found := private_access(disk.protection):
        yield Finding(f"OS disk {disk.id.name} may not be readable: {found.what}", READ, found.mend, WARN)


def _unreadable_backup(candidate: Candidate) -> Iterator[Finding]:
    vm, read = candidate.vm, candidate.seen.backup_reading
    if vm.has_stopped or not (_reads(candidate) and candidate.request.backup_required and candidate.seen.check_mode):
        return
    if read is None:
        yield Finding(
            f"VM {vm.id.name} has no backup yet whose OS disk could be read",
            f"{READ}; what makes it unreadable shows in the backup before",
            "run vm_backup, then this task again in check mode, before the guest is generalized",
            WARN,
        )
    elif read.verdict != SPECIALIZED:
        yield Finding(
            f"backup {read.snapshot} of VM {vm.id.name} is {read.verdict}, not {SPECIALIZED}: {read.reason.rstrip('.')}",
            "it is the only way back after Sysprep, and the OS disk will be read in the same way",
            "mend the cause in the guest or in Azure, and take another backup, before the guest is generalized",
        )


RULES = (
    Rule("extensions", "the VM has no extensions", PREPARE, _extensions, os_type=WINDOWS),
    Rule(
        "disk_reader",
        "this machine can read Windows disks, or need not",
        "meta/ee-requirements.txt",
        _without_reader,
        os_type=WINDOWS,
    ),
    Rule("disk_access", "nothing is known to forbid reading the OS disk, or it need not be read", EXPORT, _inaccessible, os_type=WINDOWS),
    Rule(
        "backup_readable",
        "the backup holds a Windows that was not generalized yet, or need not be read now",
        "docs/windows.md",
        _unreadable_backup,
        os_type=WINDOWS,
    ),
)
