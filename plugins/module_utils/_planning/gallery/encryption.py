# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The encryption of the replicas of a version in one region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import DISK_ENCRYPTION_SET, ResourceId
from ..._core.limits import HIGHEST_LUN, require_number
from ..._core.references import parse_reference

CUSTOMER_KEY = "EncryptedWithCmk"


@dataclass(frozen=True)
class DiskEncryption:
    """How one disk is encrypted. ``lun`` is None for the OS disk; ``confidential_type`` and ``secure_set`` are for confidential VMs."""

    encryption_set: ResourceId | None = None
    lun: int | None = None
    confidential_type: str | None = None
    secure_set: ResourceId | None = None

    def within(self, subscription: str) -> DiskEncryption:
        """The same with full ids."""
        own, secure = self.encryption_set, self.secure_set
        return replace(self, encryption_set=own and own.within(subscription), secure_set=secure and secure.within(subscription))

    @property
    def sets(self) -> tuple[ResourceId, ...]:
        """The disk encryption sets that it names."""
        return tuple(each for each in (self.encryption_set, self.secure_set) if each)

    def as_body(self) -> dict[str, Any]:
        """Azure's JSON for it."""
        security = given(confidentialVMEncryptionType=self.confidential_type, secureVMDiskEncryptionSetId=_text(self.secure_set))
        return given(lun=self.lun, diskEncryptionSetId=_text(self.encryption_set), securityProfile=security or None)


@dataclass(frozen=True)
class RegionEncryption:
    """How all disks of a version are encrypted in one region."""

    os_disk: DiskEncryption | None = None
    data_disks: tuple[DiskEncryption, ...] = ()

    @classmethod
    def from_option(cls, value: Mapping[str, Any], resource_group: str | None, option: str) -> RegionEncryption:
        """Check the option ``encryption`` of a region. Disk encryption sets that are given by name are in ``resource_group``."""
        os_disk = value.get("os_disk")
        data_disks = tuple(_data_disk(each, resource_group, f"{option}.data_disks") for each in value.get("data_disks") or ())
        require_different_luns([each.lun for each in data_disks], f"{option}.data_disks")
        if os_disk is None and not data_disks:
            raise InvalidRequest(f"{option}: give os_disk or data_disks.")
        return cls(None if os_disk is None else _os_disk(os_disk, resource_group, f"{option}.os_disk"), data_disks)

    def within(self, subscription: str) -> RegionEncryption:
        """The same with full ids."""
        os_disk = self.os_disk and self.os_disk.within(subscription)
        return RegionEncryption(os_disk, tuple(each.within(subscription) for each in self.data_disks))

    @property
    def sets(self) -> tuple[ResourceId, ...]:
        """The disk encryption sets that it names."""
        return tuple(found for each in (self.os_disk, *self.data_disks) if each for found in each.sets)

    def as_body(self) -> dict[str, Any]:
        """Azure's JSON for it."""
        data_disks = [each.as_body() for each in self.data_disks]
        return given(osDiskImage=self.os_disk and self.os_disk.as_body(), dataDiskImages=data_disks or None)


def given(**properties: Any) -> dict[str, Any]:
    """The properties that have a value."""
    return {key: value for key, value in properties.items() if value is not None}


def require_different_luns(luns: list[int | None], option: str) -> None:
    """Refuse LUNs that no VM has, and two disks with the same one."""
    for lun in luns:
        require_number(f"{option}.lun", lun or 0, 0, HIGHEST_LUN)
    if twice := sorted({lun for lun in luns if lun is not None and luns.count(lun) > 1}):
        raise InvalidRequest(f"{option}: lun {twice[0]} is given twice; each data disk has its own.")


def _os_disk(value: Mapping[str, Any], resource_group: str | None, option: str) -> DiskEncryption:
    kind = value.get("confidential_vm_encryption_type")
    own = _set(value.get("disk_encryption_set"), resource_group, f"{option}.disk_encryption_set")
    secure = _set(value.get("secure_vm_disk_encryption_set"), resource_group, f"{option}.secure_vm_disk_encryption_set")
    if (kind == CUSTOMER_KEY) != (secure is not None):
        raise InvalidRequest(
            f"{option}: confidential_vm_encryption_type: {CUSTOMER_KEY} and secure_vm_disk_encryption_set belong together:"
            " give both or neither."
        )
    if own is None and kind is None:
        raise InvalidRequest(f"{option}: give disk_encryption_set or confidential_vm_encryption_type.")
    return DiskEncryption(own, None, kind, secure)


def _data_disk(value: Mapping[str, Any], resource_group: str | None, option: str) -> DiskEncryption:
    return DiskEncryption(_set(value["disk_encryption_set"], resource_group, f"{option}.disk_encryption_set"), value["lun"])


def _set(value: Any, resource_group: str | None, option: str) -> ResourceId | None:
    return parse_reference(value, DISK_ENCRYPTION_SET, resource_group, option) if value is not None else None


def _text(resource: ResourceId | None) -> str | None:
    return None if resource is None else str(resource)
