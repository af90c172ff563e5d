"""Disks on their way to a VM: made from an image, made empty, or attached; checked before anything is done."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.crud import get_source
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.states import GIB, active_access, check_whole
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import COMPUTE, Call
from azlab.store import Resource

DISK, VM = f"{COMPUTE}/disks", f"{COMPUTE}/virtualMachines"


@dataclass(frozen=True)
class NewDisk:
    """A disk that the VM's creation makes: a copy of blob `key`, or `size` zeroes."""

    lun: str
    name: str
    size: int
    key: str | None
    sku: str
    os_type: str | None = None
    generation: str | None = None
    security: str | None = None
    creation: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DataDisk:
    """One data disk: how the VM shows it, and what is to be made or attached."""

    shown: dict[str, Any]
    new: NewDisk | None = None
    attached: str | None = None


def checked_lun(entry: dict[str, Any], seen: set[int]) -> int:
    """The LUN of an entry, which must be there and free."""
    if entry.get("lun") is None:
        raise errors.MISSING(parameter="dataDisk.lun", target="dataDisk.lun")
    lun = int(entry["lun"])
    if lun in seen:
        raise compute_errors.DUPLICATE_LUN(lun=lun, target="dataDisks")
    if not 0 <= lun <= 63:
        raise errors.BAD_VALUE(value=lun, parameter="dataDisk.lun", target="dataDisk.lun")
    seen.add(lun)
    return lun


def plan_data_disk(
    call: Call, location: str, lun: int, entry: dict[str, Any] | None, image_disk: dict[str, Any] | None, vm_id: str | None = None
) -> DataDisk:
    """Check one entry of dataDisks. An image's data disk is made even where the request does not name its LUN."""
    given = entry or {"createOption": "FromImage"}
    option = given.get("createOption")
    if option == "Attach":
        disk = attachable(call.lab, given, vm_id or call.id(VM), location)
        return DataDisk({"lun": lun, **attached_entry(disk, given, first={}), "toBeDetached": False}, attached=disk.id)
    sku = (given.get("managedDisk") or {}).get("storageAccountType") or default_sku(call)
    name, key, creation = given.get("name") or "", None, {"createOption": "Empty"}
    if option == "FromImage":
        if image_disk is None:
            raise errors.BAD_VALUE(value=lun, parameter="dataDisk.lun", target="dataDisk.lun")
        size = sized(image_disk["size"], given.get("diskSizeGB"), "dataDisk.diskSizeGB")
        reference = {**image_disk["creation"]["imageReference"], "lun": lun}
        key, creation = image_disk["key"], {**image_disk["creation"], "imageReference": reference}
        caching = given.get("caching") or image_disk["entry"].get("caching", "None")
    elif option == "Empty":
        if given.get("diskSizeGB") is None:
            raise errors.MISSING(parameter="dataDisk.diskSizeGB", target="dataDisk.diskSizeGB")
        size, caching = given["diskSizeGB"] * GIB, given.get("caching") or "None"
    else:
        raise errors.BAD_VALUE(value=option, parameter="dataDisk.createOption", target="dataDisk.createOption")
    if name:
        check_free_name(call, name)
    shown = {"lun": lun, "name": name, "createOption": option, "caching": caching, "managedDisk": {"storageAccountType": sku}}
    shown.update(deleteOption=given.get("deleteOption", "Detach"), diskSizeGB=-(-size // GIB), toBeDetached=False)
    return DataDisk({k: v for k, v in shown.items() if v != ""}, new=NewDisk(str(lun), name, size, key, sku, creation=creation))


def sized(least: int, wanted_gib: int | None, target: str) -> int:
    """The size of a disk made from an image's: never smaller."""
    gib = -(-least // GIB)
    if wanted_gib is None or wanted_gib == gib:
        return least
    if wanted_gib < gib:
        raise compute_errors.SMALL_DISK(size=wanted_gib, least=gib, target=target)
    return wanted_gib * GIB


def default_sku(call: Call) -> str:
    """The disk type when a request names none: premium where the VM size can (recorded), else standard."""
    size = str(((call.body.get("properties") or {}).get("hardwareProfile") or {}).get("vmSize", ""))
    return "Premium_LRS" if re.match(r"(?i)^standard_[a-z]+\d*[a-z]*s", size) else "Standard_LRS"


def check_free_name(call: Call, name: str) -> None:
    """Refuse to make a disk under a name that is taken."""
    taken = call.lab.store.find(call.id(DISK, name))
    if taken is not None:
        raise errors.BUSY()


def check_managed(call: Call, entries: list[dict[str, Any]]) -> None:
    """Refuse a disk that is a blob in a storage account."""
    if any(entry.get("vhd") for entry in entries):
        raise vm_errors.BLOB_DISK(vm=call.name, target="vhd")


def check_distinct(call: Call, attached: list[str], new: list[NewDisk]) -> None:
    """Refuse one disk in two places, and two new disks under one name."""
    ids = [id.lower() for id in attached]
    for id in attached:
        if ids.count(id.lower()) > 1:
            raise vm_errors.ATTACHED_TWICE(disk=id.rpartition("/")[2], vm=call.name, target="managedDisk.id")
    names = [disk.name.lower() for disk in new if disk.name]
    for name in names:
        if names.count(name) > 1:
            raise vm_errors.SAME_DISK_NAME(disk=name, vm=call.name, target="dataDisk.name")


def attachable(lab: Lab, entry: dict[str, Any], vm_id: str, location: str) -> Resource:
    """A disk that can be attached to this VM."""
    id = (entry.get("managedDisk") or {}).get("id")
    if not id:
        raise errors.MISSING(parameter="managedDisk.id", target="managedDisk.id")
    disk = get_source(lab, id, DISK)
    check_whole(lab, disk)
    owner = disk.body.get("managedBy")
    if owner and owner.lower() != vm_id.lower():
        raise disk_errors.ATTACHED_ELSEWHERE(disk=disk.name, vm=owner)
    if active_access(disk):
        raise disk_errors.ACTIVE_SAS(disk=disk.name, deed="attaching")
    if disk.location != location:
        raise compute_errors.OTHER_REGION(source=disk.id, there=disk.location, location=location)
    return disk


def attached_entry(disk: Resource, given: dict[str, Any], first: dict[str, Any], caching: str = "None") -> dict[str, Any]:
    """A disk of the VM's own as the VM shows it."""
    return {
        **first,
        "name": disk.name,
        "createOption": "Attach",
        "caching": given.get("caching") or caching,
        "managedDisk": {"storageAccountType": disk.body["sku"]["name"], "id": disk.id},
        "deleteOption": given.get("deleteOption", "Detach"),
        "diskSizeGB": disk.properties["diskSizeGB"],
    }
