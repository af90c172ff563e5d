# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that make and change virtual machines: data, a sentence, one call each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._core import tags as tag
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.model.seal import Seal
from ..._core.model.vm import AttachedDisk
from ..._core.ports import Azure


@dataclass(frozen=True)
class CreateVm:
    """``body`` is the whole request. It may hold a password, so it is never shown."""

    vm: ResourceId
    source: str
    body: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"create VM {self.vm.name} from {self.source}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.create(self.vm, self.body)


@dataclass(frozen=True)
class TagVm:
    vm: ResourceId
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"set the tags of VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.tag(self.vm, self.tags)


@dataclass(frozen=True)
class SwapOsDisk:
    """Azure takes another OS disk for a deallocated VM; how the first one came into being must be said again, unchanged."""

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
    """``disks`` are all that the VM has afterwards."""

    vm: ResourceId
    sentence: str
    disks: Sequence[Mapping[str, Any]]

    def __str__(self) -> str:
        return self.sentence

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.update(self.vm, {"properties": {"storageProfile": {"dataDisks": list(self.disks)}}})


def attached_body(disk: AttachedDisk) -> dict[str, Any]:
    """A data disk that stays as it is."""
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
    """Remember the verdict while the boot log surely still exists: nobody promises that it survives deallocation."""

    vm: ResourceId
    seal: Seal

    def __str__(self) -> str:
        return f"keep the seal of VM {self.vm.name} as a tag"

    def run(self, azure: Azure, listener: Listener) -> None:
        _tag_vm(azure, self.vm, self.seal)


@dataclass(frozen=True)
class Deallocate:
    vm: ResourceId

    def __str__(self) -> str:
        return f"deallocate VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.deallocate(self.vm)


@dataclass(frozen=True)
class StampSeal:
    """Bind the kept seal to the time at which the disk came to rest: a later start moves that time, and the seal is void."""

    vm: ResourceId
    os_disk: ResourceId
    seal: Seal

    def __str__(self) -> str:
        return f"stamp the seal of VM {self.vm.name} with the time its OS disk came to rest"

    def run(self, azure: Azure, listener: Listener) -> None:
        _tag_vm(azure, self.vm, self.seal.stamped(azure.disks.get(self.os_disk).ownership_time))


@dataclass(frozen=True)
class DropSeal:
    """Forget a seal whose disk leaves the VM: it says nothing about the disk that comes."""

    vm: ResourceId

    def __str__(self) -> str:
        return f"forget the seal of VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.tag(self.vm, {name: value for name, value in azure.machines.get(self.vm).tags.items() if name != tag.SEAL})


@dataclass(frozen=True)
class Generalize:
    """Only a flag in Azure, and no way back: the guest must have been generalized from within."""

    vm: ResourceId

    def __str__(self) -> str:
        return f"mark VM {self.vm.name} generalized"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.generalize(self.vm)


@dataclass(frozen=True)
class DeleteVm:
    """Its disks and interfaces go or stay as each one's own ``deleteOption`` says."""

    vm: ResourceId

    def __str__(self) -> str:
        return f"delete VM {self.vm.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.machines.delete(self.vm)


def _tag_vm(azure: Azure, vm: ResourceId, seal: Seal) -> None:
    """A tag is written with all others, so they are read now: deallocating takes minutes, in which somebody may have set some."""
    azure.machines.tag(vm, {**azure.machines.get(vm).tags, tag.SEAL: seal.as_tag()})
