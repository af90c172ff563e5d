# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules about the VM that hold for any kind of image."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from ...._core import tags as tag
from ...._core.limits import LONGEST_VM_TAGS
from ...._core.model.seal import Seal
from ...._core.tag_limits import broken_limits, total_length
from ..evidence import is_stamped, kept_seal, trusted_seal
from .rule import Candidate, Finding, Rule

TAGS = "https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations"
DOCS = "https://learn.microsoft.com/azure/virtual-machines"
LIMITATIONS = f"{DOCS}/capture-image-resource"
TOO_LATE = "Azure refuses it, but only after the VM was marked as generalized, which cannot be undone"
LONGEST_STAMP = datetime(2026, 11, 22, tzinfo=timezone.utc)
"""Any time: all have the same length in a tag."""


def _unmanaged(candidate: Candidate) -> Iterator[Finding]:
    for each in candidate.vm.disks:
        if each.disk is None and not each.ephemeral:
            yield Finding(
                f"VM {candidate.vm.id.name}: disk {each.name} is not a managed disk",
                TOO_LATE,
                "convert the VM to managed disks first",
            )


def _ephemeral(candidate: Candidate) -> Iterator[Finding]:
    if candidate.vm.os_disk.ephemeral:
        yield Finding(
            f"VM {candidate.vm.id.name} has an ephemeral OS disk, which Azure refuses:"
            " 'Source virtual machine cannot contain an ephemeral OS disk.'",
            TOO_LATE,
            "use a VM whose OS disk is not ephemeral",
        )


def _hibernated(candidate: Candidate) -> Iterator[Finding]:
    if candidate.vm.hibernated:
        yield Finding(
            f"VM {candidate.vm.id.name} is hibernated",
            "its guest has not shut down: its memory is on the OS disk, and its file systems are in use",
            "start the VM, and generalize its guest, which then powers off",
        )


def _without_boot_log(candidate: Candidate) -> Iterator[Finding]:
    vm = candidate.vm
    if not candidate.needs_seal or vm.is_windows or vm.boot_diagnostics or trusted_seal(vm, candidate.seen.os_disk):
        return
    yield Finding(
        f"VM {vm.id.name} has no boot log, since boot diagnostics with managed storage are off",
        "the verdict of the seal is read from the boot log, which cannot be had in retrospect",
        "enable them, without a storage account, before the guest is generalized,"
        " or set sealed: assume if you know that its guest is generalized",
    )


def _vm_tags(candidate: Candidate) -> Iterator[Finding]:
    for clause in broken_limits(_sealed_tags(candidate)):
        yield Finding(
            f"VM {candidate.vm.id.name}: {clause}",
            "the seal is kept in a tag of the VM, and could not be",
            "remove tags from the VM, or set sealed: assume if you know that its guest is generalized",
        )


def _vm_tags_total(candidate: Candidate) -> Iterator[Finding]:
    tags = _sealed_tags(candidate)
    if tags and total_length(tags) > LONGEST_VM_TAGS:
        yield Finding(
            f"VM {candidate.vm.id.name}: with the seal, the names and values of its tags have {total_length(tags)} characters,"
            f" more than the {LONGEST_VM_TAGS} that Azure allows on a VM",
            "the seal is kept in a tag of the VM, and stamped once the VM is deallocated, when its boot log may be gone",
            "shorten or remove tags of the VM, or set sealed: assume if you know that its guest is generalized",
        )


def _sealed_tags(candidate: Candidate) -> dict[str, str]:
    """The tags of the VM once its seal is kept and stamped; none if no tag will be written."""
    vm, kept = candidate.vm, kept_seal(candidate.vm)
    if not candidate.needs_seal or vm.generalized or (kept and is_stamped(kept, vm, candidate.seen.os_disk)):
        return {}
    seal = Seal.of(vm.vm_id, "2026-11-22T00:00:00Z").stamped(LONGEST_STAMP)
    return {**vm.tags, tag.SEAL: seal.as_tag()}


RULES = (
    Rule("managed_disks", "all disks of the VM are managed disks", LIMITATIONS, _unmanaged),
    Rule(
        "ephemeral_os_disk",
        "the OS disk is not ephemeral",
        f"{DOCS}/ephemeral-os-disks",
        _ephemeral,
    ),
    Rule("hibernation", "the VM is not hibernated", f"{DOCS}/hibernate-resume", _hibernated),
    Rule(
        "boot_diagnostics",
        "boot diagnostics with managed storage are on, or are not needed",
        f"{DOCS}/boot-diagnostics",
        _without_boot_log,
    ),
    Rule("vm_tags", "the tag that keeps the seal fits on the VM, or is not needed", TAGS, _vm_tags),
    Rule("vm_tags_total", f"the tags of the VM stay below {LONGEST_VM_TAGS} characters, or are not changed", TAGS, _vm_tags_total),
)
