# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requirements of a copy on its source and on its place, all of them checked before anything is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.model.lock import Lock
from ..._core.model.provisioning import DELETING
from ..._core.model.vm import Vm
from ..backup.sources import Source
from ..capture.evidence import trusted_seal

ULTRA = "UltraSSD_LRS"


def require_live(vm: Vm) -> None:
    """Refuse a VM whose copy would not start as a server, or to which no way leads back from generalizing the copy."""
    if vm.generalized:
        raise InvalidRequest(
            f"VM {vm.id.name} is marked as generalized, so it cannot be started again, and is not a way back from generalizing its copy:"
            " capture the VM itself with image_capture."
        )
    if vm.hibernated:
        raise InvalidRequest(
            f"VM {vm.id.name} is hibernated: its memory is on its OS disk, and its file systems are in use: start it, then copy it."
        )
    if vm.provisioning_state == DELETING:
        raise InvalidRequest(f"VM {vm.id.name} is being deleted, so it cannot be copied.")


def require_unsealed(vm: Vm, os_disk: Disk) -> None:
    """Refuse a VM whose guest is generalized already: it is not a way back, and its copy would start as a new machine."""
    if kept := trusted_seal(vm, os_disk):
        raise InvalidRequest(
            f"the guest of VM {vm.id.name} was sealed at {kept.time}, so it is not a way back from generalizing a copy:"
            " capture the VM itself with image_capture, or start it first."
        )


def require_kinds(vm: Vm, sources: Sequence[Source]) -> None:
    """Refuse disks whose copy cannot be started or captured."""
    for attached, disk in sources:
        if attached.encrypted or disk.encrypted:
            raise InvalidRequest(
                f"disk {disk.id.name} of VM {vm.id.name} is encrypted with Azure Disk Encryption, whose key is bound to that VM:"
                " Azure does not support a new VM from its disks."
            )
        if disk.storage_account_type == ULTRA:
            raise InvalidRequest(f"disk {disk.id.name} of VM {vm.id.name} is of type {ULTRA}, which no image can hold.")


def require_unlocked(copy: ResourceId, locks: Iterable[Lock]) -> None:
    """Refuse a place whose lock forbids to delete: the copy could be made there, and would then go on running for good.

    https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
    """
    for lock in locks:
        if lock.holds(copy):
            raise InvalidRequest(
                f"the {lock.level} lock {lock.name} on {lock.scope} forbids to delete VM {copy.name}, which could not be removed again:"
                " remove the lock, or make the copy in another resource group."
            )
