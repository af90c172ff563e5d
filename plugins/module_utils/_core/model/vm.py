# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual machine and the disks that are attached to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ids import ResourceId
from .provisioning import SUCCEEDED

RUNNING = "running"
STOPPED = "stopped"
DEALLOCATED = "deallocated"
WINDOWS = "Windows"


@dataclass(frozen=True)
class AttachedDisk:
    """A disk as a VM refers to it. ``lun`` is None for the OS disk; ``disk`` is None if it is not a managed disk.

    ``encrypted`` is whether Azure Disk Encryption is on, as far as the VM says so.
    """

    name: str
    disk: ResourceId | None
    lun: int | None = None
    size_gib: int | None = None
    caching: str | None = None
    storage_account_type: str | None = None
    ephemeral: bool = False
    encrypted: bool = False
    create_option: str | None = None
    delete_option: str | None = None
    write_accelerator: bool = False

    def as_result(self) -> dict[str, Any]:
        """The dictionary for this disk in the result for a VM, without the LUN."""
        return {
            "id": str(self.disk) if self.disk else None,
            "name": self.name,
            "size_gib": self.size_gib,
            "caching": self.caching,
            "storage_account_type": self.storage_account_type,
        }


@dataclass(frozen=True)
class Vm:
    """A virtual machine with its instance view.

    ``vm_id`` is Azure's own id of the VM, in lower case: a VM created again under the same name has another one. ``power`` is the word
    after ``PowerState/``, empty if unknown. ``image`` is the id or the URN of the image that the VM was created from.
    ``boot_diagnostics`` is whether Azure keeps a boot log in managed storage. A ``hibernated`` VM is deallocated, but its guest has not
    shut down. ``disk_controller`` is SCSI or NVMe, and ``secure_boot`` whether Secure Boot is on, if Azure says it. ``extensions`` are the
    names of its VM extensions.
    """

    id: ResourceId
    location: str
    vm_id: str
    os_disk: AttachedDisk
    power: str = ""
    generalized: bool = False
    hibernated: bool = False
    provisioning_state: str = SUCCEEDED
    os_type: str = "Linux"
    size: str | None = None
    security_type: str | None = None
    secure_boot: bool | None = None
    disk_controller: str | None = None
    data_disks: tuple[AttachedDisk, ...] = ()
    nics: tuple[ResourceId, ...] = ()
    zones: tuple[str, ...] = ()
    plan: Mapping[str, str] | None = None
    image: str | None = None
    computer_name: str | None = None
    admin_username: str | None = None
    agent_status: str | None = None
    boot_diagnostics: bool = False
    extensions: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def disks(self) -> tuple[AttachedDisk, ...]:
        """The OS disk first, then the data disks by LUN."""
        return (self.os_disk, *self.data_disks)

    @property
    def has_stopped(self) -> bool:
        """Whether the guest has certainly stopped. A generalized VM cannot run, whatever its power state says."""
        return self.generalized or self.power in (STOPPED, DEALLOCATED)

    @property
    def is_windows(self) -> bool:
        """Whether its guest runs Windows."""
        return self.os_type == WINDOWS

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
