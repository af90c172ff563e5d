# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on virtual machines and managed images: data, a sentence, one call each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._planning import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.ports import Azure
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.seal import Seal


@dataclass(frozen=True)
class KeepSeal:
    """Remember the verdict while the boot log surely still exists: nobody promises that it survives deallocation."""

    vm: ResourceId
    seal: Seal

    def __str__(self) -> str:
        return f"keep the seal of VM {self.vm.name} as a tag"

    def run(self, azure: Azure) -> None:
        _tag_vm(azure, self.vm, self.seal)


@dataclass(frozen=True)
class Deallocate:
    vm: ResourceId

    def __str__(self) -> str:
        return f"deallocate VM {self.vm.name}"

    def run(self, azure: Azure) -> None:
        azure.machines.deallocate(self.vm)


@dataclass(frozen=True)
class StampSeal:
    """Bind the kept seal to the time at which the disk came to rest: a later start moves that time, and the seal is void."""

    vm: ResourceId
    os_disk: ResourceId
    seal: Seal

    def __str__(self) -> str:
        return f"stamp the seal of VM {self.vm.name} with the time its OS disk came to rest"

    def run(self, azure: Azure) -> None:
        _tag_vm(azure, self.vm, self.seal.stamped(azure.disks.get(self.os_disk).ownership_time))


@dataclass(frozen=True)
class DropSeal:
    """Forget a seal whose disk leaves the VM: it says nothing about the disk that comes."""

    vm: ResourceId

    def __str__(self) -> str:
        return f"forget the seal of VM {self.vm.name}"

    def run(self, azure: Azure) -> None:
        azure.machines.tag(self.vm, {name: value for name, value in azure.machines.get(self.vm).tags.items() if name != tag.SEAL})


@dataclass(frozen=True)
class Generalize:
    """Only a flag in Azure, and no way back: the guest must have been generalized from within."""

    vm: ResourceId

    def __str__(self) -> str:
        return f"mark VM {self.vm.name} generalized"

    def run(self, azure: Azure) -> None:
        azure.machines.generalize(self.vm)


@dataclass(frozen=True)
class DeleteVm:
    """Its disks and interfaces go or stay as each one's own ``deleteOption`` says."""

    vm: ResourceId

    def __str__(self) -> str:
        return f"delete VM {self.vm.name}"

    def run(self, azure: Azure) -> None:
        azure.machines.delete(self.vm)


@dataclass(frozen=True)
class CreateImage:
    """``body`` is the whole request, ``source`` what the sentence calls it."""

    image: ResourceId
    source: str
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"create image {self.image.name} from {self.source}"

    def run(self, azure: Azure) -> None:
        azure.images.create(self.image, self.body)


@dataclass(frozen=True)
class TagImage:
    image: ResourceId
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"set the tags of image {self.image.name}"

    def run(self, azure: Azure) -> None:
        azure.images.tag(self.image, self.tags)


@dataclass(frozen=True)
class DeleteImage:
    image: ResourceId

    def __str__(self) -> str:
        return f"delete image {self.image.name}"

    def run(self, azure: Azure) -> None:
        azure.images.delete(self.image)


def _tag_vm(azure: Azure, vm: ResourceId, seal: Seal) -> None:
    """A tag is written with all others, so they are read now: deallocating takes minutes, in which somebody may have set some."""
    azure.machines.tag(vm, {**azure.machines.get(vm).tags, tag.SEAL: seal.as_tag()})
