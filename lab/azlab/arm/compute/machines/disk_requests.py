"""The disks that a request wants a VM to have: made from an image, made empty, or attached. All are checked before anything is done."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.common import DISK, get_source
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.builder import Content, DiskSpec
from azlab.arm.compute.disks.state import GIB, active_access, check_usable, shown_gib
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import neighbor_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.store import Resource


@dataclass(frozen=True)
class Target:
    """The VM that the disks are for, which may not exist yet. `sku` is the type of new disks if the request names none."""

    vm_id: str
    location: str
    sku: str

    @property
    def vm(self) -> str:
        """The VM's name."""
        return self.vm_id.rpartition("/")[2]

    @property
    def subscription(self) -> str:
        """The VM's subscription."""
        return self.vm_id.split("/")[2]


@dataclass(frozen=True)
class ImageDisk:
    """A disk of an image, to make a VM's disk from."""

    content: Content
    creation: Json
    """creationData of a disk that is made from it."""
    caching: str | None = None


@dataclass(frozen=True)
class NewDisk:
    """A disk that is made for a VM. `lun` is `os` or a LUN; if `name` is empty, the lab chooses one as Azure does."""

    lun: str
    name: str
    spec: DiskSpec


@dataclass(frozen=True)
class WantedDisk:
    """One disk of a VM: how the VM shows it, and either the new disk or the id of the disk to attach."""

    shown: Json
    new: NewDisk | None = None
    attached: str | None = None


def checked_luns(entries: list[Json]) -> dict[int, Json]:
    """The entries of dataDisks by LUN. Each must have a LUN of its own, from 0 to 63."""
    found: dict[int, Json] = {}
    for entry in entries:
        if entry.get("lun") is None:
            raise parameter_errors.MISSING(parameter="dataDisk.lun", target="dataDisk.lun")
        lun = int(entry["lun"])
        if lun in found:
            raise compute_errors.DUPLICATE_LUN(lun=lun, target="dataDisks")
        if not 0 <= lun <= 63:
            raise parameter_errors.BAD_VALUE(value=lun, parameter="dataDisk.lun", target="dataDisk.lun")
        found[lun] = entry
    return found


def wanted_data_disk(lab: Lab, target: Target, lun: int, entry: Json | None, image: ImageDisk | None = None) -> WantedDisk:
    """Check one data disk. `entry` is None for a data disk of the image that the request does not name; it is made all the same."""
    given = entry or {"createOption": "FromImage"}
    option = given.get("createOption")
    match option:
        case "Attach":
            disk = attachable(lab, target, given)
            return WantedDisk({"lun": lun, **attached_entry(disk, given, first={}), "toBeDetached": False}, attached=disk.id)
        case "FromImage":
            return _from_image(lab, target, lun, given, image)
        case "Empty":
            if given.get("diskSizeGB") is None:
                raise parameter_errors.MISSING(parameter="dataDisk.diskSizeGB", target="dataDisk.diskSizeGB")
            content = Content(given["diskSizeGB"] * GIB)
            return _new_data_disk(lab, target, lun, given, content, {"createOption": "Empty"}, given.get("caching") or "None")
    raise parameter_errors.BAD_VALUE(value=option, parameter="dataDisk.createOption", target="dataDisk.createOption")


def _from_image(lab: Lab, target: Target, lun: int, given: Json, image: ImageDisk | None) -> WantedDisk:
    if image is None:
        raise parameter_errors.BAD_VALUE(value=lun, parameter="dataDisk.lun", target="dataDisk.lun")
    content = grown(image.content, given.get("diskSizeGB"), "dataDisk.diskSizeGB")
    creation = {**image.creation, "imageReference": {**image.creation["imageReference"], "lun": lun}}
    return _new_data_disk(lab, target, lun, given, content, creation, given.get("caching") or image.caching or "None")


def _new_data_disk(lab: Lab, target: Target, lun: int, given: Json, content: Content, creation: Json, caching: str) -> WantedDisk:
    name, sku = checked_name(lab, target, given), wanted_sku(target, given)
    shown = {"lun": lun, "name": name, "createOption": given["createOption"], "caching": caching}
    shown.update(managedDisk={"storageAccountType": sku}, deleteOption=given.get("deleteOption", "Detach"))
    shown.update(diskSizeGB=shown_gib(content.size), toBeDetached=False)
    if not name:
        del shown["name"]
    return WantedDisk(shown, new=NewDisk(str(lun), name, DiskSpec(content, sku, creation)))


def grown(content: Content, wanted_gib: int | None, target: str) -> Content:
    """The bytes of an image's disk, grown to the wanted size. A smaller size is refused; `target` names the parameter."""
    gib = shown_gib(content.size)
    if wanted_gib is None or wanted_gib == gib:
        return content
    if wanted_gib < gib:
        raise compute_errors.SMALL_DISK(size=wanted_gib, least=gib, target=target)
    return replace(content, size=wanted_gib * GIB)


def wanted_sku(target: Target, given: Json) -> str:
    """The type of a new disk."""
    return str((given.get("managedDisk") or {}).get("storageAccountType") or target.sku)


def default_sku(properties: Json) -> str:
    """The type of new disks if a request names none: premium if the VM size supports that (recorded), else standard."""
    size = str((properties.get("hardwareProfile") or {}).get("vmSize", ""))
    return "Premium_LRS" if re.match(r"(?i)^standard_[a-z]+\d*[a-z]*s", size) else "Standard_LRS"


def checked_name(lab: Lab, target: Target, given: Json) -> str:
    """The name of a new disk, which must be free; empty if the request gives none."""
    name = given.get("name") or ""
    if name and lab.store.find(neighbor_id(target.vm_id, DISK, name)) is not None:
        raise resource_errors.BUSY()
    return name


def check_managed(vm: str, entries: list[Json]) -> None:
    """Refuse a disk that is a blob in a storage account."""
    if any(entry.get("vhd") for entry in entries):
        raise vm_errors.BLOB_DISK(vm=vm, target="vhd")


def check_distinct(vm: str, attached: list[str], new: list[NewDisk]) -> None:
    """Refuse one disk in two places, and two new disks with the same name."""
    ids = [id.lower() for id in attached]
    for id in attached:
        if ids.count(id.lower()) > 1:
            raise vm_errors.ATTACHED_TWICE(disk=id.rpartition("/")[2], vm=vm, target="managedDisk.id")
    names = [disk.name.lower() for disk in new if disk.name]
    for name in names:
        if names.count(name) > 1:
            raise vm_errors.SAME_DISK_NAME(disk=name, vm=vm, target="dataDisk.name")


def attachable(lab: Lab, target: Target, entry: Json) -> Resource:
    """The disk that an entry names, which must be attachable to this VM."""
    id = (entry.get("managedDisk") or {}).get("id")
    if not id:
        raise parameter_errors.MISSING(parameter="managedDisk.id", target="managedDisk.id")
    disk = get_source(lab, id, DISK)
    check_usable(lab, disk)
    owner = disk.body.get("managedBy")
    if owner and owner.lower() != target.vm_id.lower():
        raise disk_errors.ATTACHED_ELSEWHERE(disk=disk.name, vm=owner)
    if active_access(disk):
        raise disk_errors.ACTIVE_SAS(disk=disk.name, operation="attaching")
    if disk.location != target.location:
        raise compute_errors.OTHER_REGION(source=disk.id, there=disk.location, location=target.location)
    return disk


def attached_entry(disk: Resource, given: Json, first: Json, caching: str = "None") -> Json:
    """An attached disk as the VM shows it. `first` holds the keys that come first, `caching` the default."""
    return {
        **first,
        "name": disk.name,
        "createOption": "Attach",
        "caching": given.get("caching") or caching,
        "managedDisk": {"storageAccountType": disk.body["sku"]["name"], "id": disk.id},
        "deleteOption": given.get("deleteOption", "Detach"),
        "diskSizeGB": disk.properties["diskSizeGB"],
    }
