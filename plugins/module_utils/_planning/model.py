# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists in Azure, as values. Only what this collection decides upon or returns.

Times are Azure's own ISO strings in UTC, brought to one form by ``_gateway/translation.py``, so that comparing them as text
compares them as times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId

RUNNING = "running"
STOPPED = "stopped"
DEALLOCATED = "deallocated"
SUCCEEDED = "Succeeded"
FAILED = "Failed"
NO_CACHING, READ_WRITE = "None", "ReadWrite"
"""How Azure caches a disk of which nothing else was said: the OS disk of a VM by ReadWrite, any other not at all."""
BUSY = ("Creating", "Updating", "Deleting")


@dataclass(frozen=True)
class AttachedDisk:
    """A disk as a VM refers to it. ``lun`` is None for the OS disk, ``disk`` is None for one that is not a managed disk."""

    name: str
    disk: ResourceId | None
    lun: int | None = None
    size_gib: int | None = None
    caching: str | None = None
    storage_account_type: str | None = None
    ephemeral: bool = False
    create_option: str | None = None
    delete_option: str | None = None

    def as_result(self) -> dict[str, Any]:
        """The part of a VM's dictionary that is about this disk; the LUN stands before it."""
        return {
            "id": str(self.disk) if self.disk else None,
            "name": self.name,
            "size_gib": self.size_gib,
            "caching": self.caching,
            "storage_account_type": self.storage_account_type,
        }


@dataclass(frozen=True)
class Vm:
    """A virtual machine with its instance view. ``vm_id`` is lower case; ``power`` is the word after ``PowerState/``, '' if unknown."""

    id: ResourceId
    location: str
    vm_id: str
    os_disk: AttachedDisk
    power: str = ""
    generalized: bool = False
    provisioning_state: str = SUCCEEDED
    os_type: str = "Linux"
    size: str | None = None
    security_type: str | None = None
    data_disks: tuple[AttachedDisk, ...] = ()
    nics: tuple[ResourceId, ...] = ()
    zones: tuple[str, ...] = ()
    plan: Mapping[str, str] | None = None
    image: str | None = None
    computer_name: str | None = None
    admin_username: str | None = None
    agent_status: str | None = None
    boot_diagnostics: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def disks(self) -> tuple[AttachedDisk, ...]:
        """The OS disk first, then the data disks by LUN."""
        return (self.os_disk, *self.data_disks)

    @property
    def at_rest(self) -> bool:
        """Whether the guest has ended for sure. A generalized VM cannot run, whatever its power state is called."""
        return self.generalized or self.power in (STOPPED, DEALLOCATED)

    def as_result(self) -> dict[str, Any]:
        """The dictionary that every module returns for a VM."""
        return {
            "id": str(self.id),
            "name": self.id.name,
            "resource_group": self.id.resource_group,
            "location": self.location,
            "vm_id": self.vm_id,
            "provisioning_state": self.provisioning_state,
            "power_state": self.power,
            "generalized": self.generalized,
            "size": self.size,
            "os_type": self.os_type,
            "computer_name": self.computer_name,
            "os_disk": self.os_disk.as_result(),
            "data_disks": [{"lun": disk.lun, **disk.as_result()} for disk in self.data_disks],
            "network_interfaces": [str(nic) for nic in self.nics],
            "agent_status": self.agent_status,
            "tags": dict(self.tags),
        }


@dataclass(frozen=True)
class Disk:
    """A managed disk. ``unique_id`` names its life: a disk deleted and made again has another one."""

    id: ResourceId
    location: str
    unique_id: str = ""
    state: str = "Unattached"
    provisioning_state: str = SUCCEEDED
    os_type: str | None = None
    hyper_v_generation: str | None = None
    architecture: str | None = None
    security_type: str | None = None
    size_bytes: int | None = None
    size_gib: int | None = None
    storage_account_type: str | None = None
    create_option: str | None = None
    upload_size_bytes: int | None = None
    source: ResourceId | None = None
    managed_by: ResourceId | None = None
    ownership_time: str | None = None
    time_created: str | None = None
    zones: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a managed disk."""

    id: ResourceId
    location: str
    provisioning_state: str = SUCCEEDED
    source: ResourceId | None = None
    source_unique_id: str = ""
    unique_id: str = ""
    incremental: bool = False
    os_type: str | None = None
    hyper_v_generation: str | None = None
    architecture: str | None = None
    security_type: str | None = None
    size_bytes: int | None = None
    size_gib: int | None = None
    storage_account_type: str | None = None
    time_created: str | None = None
    completion_percent: float | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every byte is in it: some are usable only once they were copied in the background."""
        return self.provisioning_state == SUCCEEDED and self.completion_percent in (None, 100)


@dataclass(frozen=True)
class ImageDisk:
    """One disk inside a managed image; ``lun`` is None for the OS disk."""

    source: str | None
    lun: int | None = None
    size_gib: int | None = None
    caching: str | None = None
    storage_account_type: str | None = None


@dataclass(frozen=True)
class Image:
    """A managed image. ``source`` is the VM it was made from, None if it was made from disks."""

    id: ResourceId
    location: str
    provisioning_state: str = SUCCEEDED
    source: ResourceId | None = None
    os_type: str | None = None
    os_state: str | None = None
    hyper_v_generation: str | None = None
    os_disk: ImageDisk | None = None
    data_disks: tuple[ImageDisk, ...] = ()
    zone_resilient: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_result(self) -> dict[str, Any]:
        """The dictionary that every module returns for an image."""
        return {
            "id": str(self.id),
            "name": self.id.name,
            "resource_group": self.id.resource_group,
            "location": self.location,
            "provisioning_state": self.provisioning_state,
            "source": str(self.source) if self.source else None,
            "os_type": self.os_type,
            "os_state": self.os_state,
            "hyper_v_generation": self.hyper_v_generation,
            "os_disk": _disk_result(self.os_disk) if self.os_disk else None,
            "data_disks": [{"lun": disk.lun, **_disk_result(disk)} for disk in self.data_disks],
            "zone_resilient": self.zone_resilient,
            "tags": dict(self.tags),
        }


@dataclass(frozen=True)
class Nic:
    """A network interface, as far as reaching a VM takes."""

    id: ResourceId
    location: str
    private_ip: str | None = None
    subnet: ResourceId | None = None
    mac: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def _disk_result(disk: ImageDisk) -> dict[str, Any]:
    return {
        "source": disk.source,
        "size_gib": disk.size_gib,
        "caching": disk.caching,
        "storage_account_type": disk.storage_account_type,
    }
