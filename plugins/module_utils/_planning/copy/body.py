# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of the requests that make a copy. All that is made is deleted with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ..._core import tags as tag
from ..._core.ids import ResourceId
from ..._core.limits import LONGEST_VM_TAGS
from ..._core.model.catalog_image import NVME
from ..._core.model.disk import ONLY_INCREMENTAL, Disk
from ..._core.model.seal import Seal
from ..._core.model.vm import AttachedDisk, Vm
from ..._core.tag_limits import total_length
from ..backup.likeness import copied_tags, copy_properties, disk_properties, traits_of_disk
from ..backup.sources import Source
from ..boot.security import security_of_disk
from ..network import network_profile
from .request import CopyRequest

ANY_TIME = datetime(2026, 11, 22, tzinfo=timezone.utc)
"""All times have the same length in a tag."""


def own_tags(request: CopyRequest, vm: Vm) -> dict[str, str]:
    """Our tags of everything that belongs to the copy: its name, and which VM it is a copy of."""
    return {tag.PURPOSE: tag.COPIED, tag.COPY: request.copy.name, tag.COPY_OF: tag.id_value(vm.id), tag.COPY_OF_VM_ID: vm.vm_id}


def vm_tags(request: CopyRequest, vm: Vm) -> dict[str, str]:
    """The tags of the copy: those of its source and of the user, and ours. Room is left for the tag in which a capture keeps the seal."""
    own = own_tags(request, vm)
    seal = {tag.SEAL: Seal.of(vm.vm_id, "2026-11-22T00:00:00Z").stamped(ANY_TIME).as_tag()}
    tags = copied_tags(vm.tags, request.tags, request.append_tags, own | seal)
    spare = [name for name in tags if name in tag.without_ours(vm.tags) and name not in (request.tags or {})]
    while spare and total_length(tags) > LONGEST_VM_TAGS:
        del tags[spare.pop()]
    return {name: value for name, value in tags.items() if name != tag.SEAL}


def part_tags(request: CopyRequest, vm: Vm, source: Source) -> dict[str, str]:
    """The tags of the snapshot of a disk and of the disk made from it, with those of the original, which a policy may demand."""
    lun = "os" if source.attached.lun is None else str(source.attached.lun)
    return copied_tags(source.disk.tags, request.tags, request.append_tags, {**own_tags(request, vm), tag.LUN: lun})


def snapshot_body(request: CopyRequest, vm: Vm, source: Source) -> dict[str, Any]:
    """A snapshot of a disk of the source."""
    creation = {"createOption": "Copy", "sourceResourceId": str(source.disk.id)}
    like = copy_properties(source.disk, has_os=source.attached.lun is None)
    incremental = source.disk.storage_account_type in ONLY_INCREMENTAL
    return {
        "location": source.disk.location,
        "tags": part_tags(request, vm, source),
        "properties": {"creationData": creation, "incremental": incremental, **like},
    }


def disk_body(request: CopyRequest, vm: Vm, source: Source, snapshot: ResourceId) -> dict[str, Any]:
    """A disk like the source's, made from its snapshot. It is not shared: only the copy has it, and it is deleted with the copy."""
    disk = replace(source.disk, max_shares=None)
    traits = traits_of_disk(source.attached, disk)
    creation: dict[str, Any] = {"createOption": "Copy", "sourceResourceId": str(snapshot)}
    if traits.get("sector_size"):
        creation["logicalSectorSize"] = traits["sector_size"]
    like = copy_properties(disk, has_os=source.attached.lun is None)
    return {
        "location": disk.location,
        **({"sku": {"name": disk.storage_account_type}} if disk.storage_account_type else {}),
        **({"zones": list(disk.zones)} if disk.zones else {}),
        "tags": part_tags(request, vm, source),
        "properties": {"creationData": creation, **like, **disk_properties(traits)},
    }


def vm_body(request: CopyRequest, vm: Vm, os_disk: Disk) -> dict[str, Any]:
    """A VM like the source, from the copied disks, in the requested subnet. Its identities, extensions and public addresses stay behind."""
    tags = vm_tags(request, vm)
    security = security_of_disk(vm.security_type, os_disk)
    storage: dict[str, Any] = {
        "osDisk": {**_attach(vm.os_disk, request.disk(None)), "osType": vm.os_type},
        "dataDisks": [{"lun": each.lun, **_attach(each, request.disk(each.lun))} for each in vm.data_disks],
    }
    storage["osDisk"]["managedDisk"].update(security.disk_profile)
    if vm.disk_controller == NVME:
        storage["diskControllerType"] = NVME
    return {
        "location": vm.location,
        **({"zones": list(vm.zones)} if vm.zones else {}),
        **({"plan": dict(vm.plan)} if vm.plan else {}),
        "tags": tags,
        "properties": {
            "hardwareProfile": {"vmSize": request.size or vm.size},
            "storageProfile": storage,
            "networkProfile": network_profile(request.copy.name, request.subnet, tags),
            "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
            **security.profile(secure_boot=vm.secure_boot is not False),
        },
    }


def _attach(attached: AttachedDisk, disk: ResourceId) -> dict[str, Any]:
    caching: Mapping[str, str] = {"caching": attached.caching} if attached.caching else {}
    return {"createOption": "Attach", "deleteOption": "Delete", "managedDisk": {"id": str(disk)}, **caching}
