# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a temporary VM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core import references
from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import DISK, VM, ResourceId
from ..._core.limits import (
    HIGHEST_LUN,
    LARGEST_CUSTOM_DATA,
    LARGEST_DATA_DISK_GIB,
    LONGEST_VM_NAME,
    require_number,
    require_wait,
)
from ..._core.references import require_group
from .reference import parse_image

DEFAULT_SIZE, DEFAULT_STORAGE = "Standard_B2s", "Standard_LRS"


@dataclass(frozen=True)
class DataDisk:
    """A new, empty disk with ``size_gib``, or an existing ``disk``."""

    lun: int
    size_gib: int | None = None
    disk: ResourceId | None = None


@dataclass(frozen=True)
class BootRequest:
    """``image`` is a managed image, ``other_image`` the id or URN of any other image. With ``os_disk`` the VM is specialized.

    ``state`` is ``present`` or ``absent``.
    """

    vm: ResourceId
    state: str = "present"
    image: ResourceId | None = None
    other_image: str | None = None
    os_disk: ResourceId | None = None
    data_disks: tuple[DataDisk, ...] = ()
    subnet: ResourceId | None = None
    location: str | None = None
    zone: str | None = None
    size: str = DEFAULT_SIZE
    storage_account_type: str = DEFAULT_STORAGE
    os_type: str | None = None
    security_type: str | None = None
    secure_boot: bool = True
    computer_name: str | None = None
    admin_username: str | None = None
    admin_password: str | None = field(default=None, repr=False)
    ssh_public_keys: tuple[str, ...] = ()
    custom_data: str | None = field(default=None, repr=False)
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> BootRequest:
        """Check and complete the module's options; an empty string counts as omitted."""
        require_wait(params)
        if len(params["name"]) > LONGEST_VM_NAME:
            raise InvalidRequest(f"name: the name of a VM must have 1 to {LONGEST_VM_NAME} characters, not {len(params['name'])}.")
        group = require_group(params["resource_group"])
        image, other_image = parse_image(params["image"], group)
        request = cls(
            vm=references.own_id(params, VM),
            state=params["state"],
            image=image,
            other_image=other_image,
            os_disk=references.parse_reference(params["os_disk"], DISK, group, "os_disk") if params["os_disk"] else None,
            data_disks=_data_disks(params["data_disks"] or (), group),
            subnet=references.parse_subnet(params["subnet"], group) if params["subnet"] else None,
            location=params["location"] or None,
            zone=params["zone"] or None,
            size=params["size"] or DEFAULT_SIZE,
            storage_account_type=params["storage_account_type"] or DEFAULT_STORAGE,
            os_type=params["os_type"] or None,
            security_type=params["security_type"] or None,
            secure_boot=params["secure_boot"],
            computer_name=params["computer_name"],
            admin_username=params["admin_username"],
            admin_password=params["admin_password"],
            ssh_public_keys=tuple(key for key in params["ssh_public_keys"] or () if key.strip()),
            custom_data=_custom_data(params["custom_data"]),
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )
        if request.os_disk and any((request.admin_username, request.admin_password, request.ssh_public_keys, request.custom_data)):
            raise InvalidRequest(
                "os_disk: a VM from a specialized disk keeps its users;"
                " omit admin_username, admin_password, ssh_public_keys and custom_data."
            )
        return request

    def within(self, subscription: str) -> BootRequest:
        """The same request with full ids."""

        def full(resource: ResourceId | None) -> ResourceId | None:
            return resource.within(subscription) if resource else None

        return replace(
            self,
            vm=self.vm.within(subscription),
            image=full(self.image),
            os_disk=full(self.os_disk),
            subnet=full(self.subnet),
            data_disks=tuple(replace(each, disk=full(each.disk)) for each in self.data_disks),
        )

    @property
    def source(self) -> str:
        """The id of the image or of the OS disk."""
        return str(self.image or self.os_disk or self.other_image)


def _custom_data(value: Any) -> str | None:
    """The text of the custom data. A dictionary could be meant as YAML or as JSON, with or without a first line: the user decides."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidRequest(
            f"custom_data: must be text, not a value of type {type(value).__name__}: "
            "write it as text, for example with '#cloud-config', a line break and the filter to_nice_yaml."
        )
    require_number("custom_data: its length", len(value.encode()), lowest=0, highest=LARGEST_CUSTOM_DATA, unit="bytes")
    return value


def _data_disks(given: Any, group: str) -> tuple[DataDisk, ...]:
    """The data disks, sorted by LUN."""
    disks: list[DataDisk] = []
    for each in given:
        lun, size, disk = each["lun"], each.get("size_gib"), each.get("disk")
        require_number("data_disks: lun", lun, lowest=0, highest=HIGHEST_LUN)
        if any(other.lun == lun for other in disks):
            raise InvalidRequest(f"data_disks: LUN {lun} is given twice: give every disk another LUN.")
        if (size is None) == (disk is None):
            raise InvalidRequest(f"data_disks: the disk at LUN {lun} needs either size_gib, for a new disk, or disk, for an existing one.")
        if size is not None:
            require_number(f"data_disks: size_gib at LUN {lun}", size, highest=LARGEST_DATA_DISK_GIB)
        disks.append(DataDisk(lun, size, references.parse_reference(disk, DISK, group, "data_disks") if disk else None))
    return tuple(sorted(disks, key=lambda each: each.lun))
