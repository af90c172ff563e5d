# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on virtual machines: each is one request to Azure, with the sentence that users see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..._core import tags as tag
from ..._core.guard import NO_GUARD, Guard
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.model.seal import Seal
from ..._core.model.vm import AttachedDisk
from ..._core.ports import Azure

OWNERSHIP_SECONDS = 120.0
"""How long the ownership time of a disk is waited for after its VM was deallocated. Azure does not say when it sets it."""


@dataclass(frozen=True)
class CreateVm:
    """Create a VM. ``body`` is the request body; it may hold a password, so it is never shown. ``source`` names the image or disk."""

    vm: ResourceId
    source: str
    body: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"create VM {self.vm.name} from {self.source}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.create(self.vm, self.body)


@dataclass(frozen=True)
class TagVm:
    """Replace all tags of a VM."""

    vm: ResourceId
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"set the tags of VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.tag(self.vm, self.tags)


@dataclass(frozen=True)
class SwapOsDisk:
    """Give a deallocated VM another OS disk. Azure requires the ``createOption`` of its first one again, unchanged."""

    vm: ResourceId
    disk: ResourceId
    create_option: str

    def __str__(self) -> str:
        return f"exchange the OS disk of VM {self.vm.name} for disk {self.disk.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        os_disk = {"name": self.disk.name, "createOption": self.create_option, "managedDisk": {"id": str(self.disk)}}
        azure.machines.update(self.vm, {"properties": {"storageProfile": {"osDisk": os_disk}}})


@dataclass(frozen=True)
class SetDataDisks:
    """Set the data disks of a VM. ``disks`` are all that it has afterwards, as they are in a request body."""

    vm: ResourceId
    sentence: str
    disks: Sequence[Mapping[str, Any]]

    def __str__(self) -> str:
        return self.sentence

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.update(self.vm, {"properties": {"storageProfile": {"dataDisks": list(self.disks)}}})


def attached_body(disk: AttachedDisk) -> dict[str, Any]:
    """A data disk in a request body that leaves it unchanged."""
    body = {
        "lun": disk.lun,
        "name": disk.name,
        "createOption": disk.create_option,
        "caching": disk.caching,
        "deleteOption": disk.delete_option,
        "managedDisk": {"id": str(disk.disk)} if disk.disk else None,
    }
    return {name: value for name, value in body.items() if value is not None}


@dataclass(frozen=True)
class KeepSeal:
    """Keep a seal in a tag before the VM is deallocated: Azure does not promise that the boot log survives that."""

    vm: ResourceId
    seal: Seal

    def __str__(self) -> str:
        return f"keep the seal of VM {self.vm.name} as a tag"

    def run(self, azure: Azure, listener: Listener) -> None:
        _tag_vm(azure, self.vm, self.seal)


@dataclass(frozen=True)
class Deallocate:
    """Stop a VM and release its host. The guard is asked before each try: Azure may be busy with the VM for a while."""

    vm: ResourceId
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"deallocate VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.deallocate(self.vm, lambda: self.guard.require(azure))


@dataclass(frozen=True)
class StampSeal:
    """Add the ownership time of the OS disk to the kept seal (the stamp). A later start of the VM changes it: then the seal is void.

    Azure may set this time some moments after the deallocation. ``before`` is the time until then; None if it is not known. A seal without
    a stamp is better than one with a time that Azure is about to change, which would void the seal for good.
    """

    vm: ResourceId
    os_disk: ResourceId
    seal: Seal
    before: datetime | None = None

    def __str__(self) -> str:
        return f"add the ownership time of its OS disk to the seal of VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        ownership = azure.until(
            lambda: azure.disks.get(self.os_disk).ownership_time, lambda time: self.seal.is_stamp(time, self.before), OWNERSHIP_SECONDS
        )
        _tag_vm(azure, self.vm, self.seal.stamped_if_set(ownership, self.before))


@dataclass(frozen=True)
class DropSeal:
    """Remove the seal of a VM that gets another OS disk, to which the seal does not apply."""

    vm: ResourceId

    def __str__(self) -> str:
        return f"remove the seal of VM {self.vm.name} from its tags"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.tag(self.vm, {name: value for name, value in azure.machines.get(self.vm).tags.items() if name != tag.SEAL})


@dataclass(frozen=True)
class Generalize:
    """Mark a VM as generalized. This cannot be undone, and does nothing in the guest, which must have been generalized before."""

    vm: ResourceId
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"mark VM {self.vm.name} as generalized"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        azure.machines.generalize(self.vm)


@dataclass(frozen=True)
class DeleteVm:
    """Delete a VM. Its disks and network interfaces are deleted too, or stay, according to the ``deleteOption`` of each."""

    vm: ResourceId
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"delete VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        azure.machines.delete(self.vm)


def _tag_vm(azure: Azure, vm: ResourceId, seal: Seal) -> None:
    """Add a seal to the tags of a VM. They are replaced together, so they are read now: others may have changed during deallocation."""
    azure.machines.tag(vm, {**azure.machines.get(vm).tags, tag.SEAL: seal.as_tag()})
