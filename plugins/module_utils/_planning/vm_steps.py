# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that make and change virtual machines: data, a sentence, one call each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import AttachedDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.ports import Azure
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId


@dataclass(frozen=True)
class CreateVm:
    """``body`` is the whole request. It may hold a password, so it is never shown."""

    vm: ResourceId
    source: str
    body: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return f"create VM {self.vm.name} from {self.source}"

    def run(self, azure: Azure) -> None:
        azure.machines.create(self.vm, self.body)


@dataclass(frozen=True)
class TagVm:
    vm: ResourceId
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"set the tags of VM {self.vm.name}"

    def run(self, azure: Azure) -> None:
        azure.machines.tag(self.vm, self.tags)


@dataclass(frozen=True)
class SwapOsDisk:
    """Azure takes another OS disk for a deallocated VM; how the first one came into being must be said again, unchanged."""

    vm: ResourceId
    disk: ResourceId
    create_option: str

    def __str__(self) -> str:
        return f"exchange the OS disk of VM {self.vm.name} for disk {self.disk.name}"

    def run(self, azure: Azure) -> None:
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

    def run(self, azure: Azure) -> None:
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
