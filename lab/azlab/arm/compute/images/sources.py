"""The sources of a managed image, a VM or single disks, and the refusals about them."""

from __future__ import annotations

from dataclasses import dataclass

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.catalog import blob_size
from azlab.arm.compute.common import DISK, SNAPSHOT, VM, get_source
from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.disks.state import check_usable, shown_gib
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.compute.machines.state import MachineState, check_not_deleting
from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.store import Resource

_SOURCES = {"managedDisk": DISK, "snapshot": SNAPSHOT}
_GENERATION_SINCE = "2019-03-01"
"""From this version on, hyperVGeneration must be given."""


@dataclass(frozen=True)
class ImagePlan:
    """An image that is to be made: its properties, and the bytes of each disk by `os` or LUN."""

    properties: Json
    contents: dict[str, Content]
    purchase: Json | None
    """The purchase plan of the source."""


def from_vm(lab: Lab, given: Json, location: str) -> ImagePlan:
    """Plan an image of all disks of a VM."""
    asked = given.get("storageProfile") or {}
    if asked.get("osDisk"):
        raise image_errors.BOTH_SOURCES(target="storageProfile")
    vm = get_source(lab, given["sourceVirtualMachine"].get("id", ""), VM)
    _check_vm(vm, location)
    generation = MachineState.of(vm).generation
    if given.get("hyperVGeneration") not in (None, generation):
        raise image_errors.GENERATION_MISMATCH(given=given["hyperVGeneration"], actual=generation, source=vm.id)
    profile = vm.properties["storageProfile"]
    os_disk, data_disks = profile["osDisk"], profile["dataDisks"]
    contents = {"os": _of_vm(lab, os_disk, vm.name), **{str(each["lun"]): _of_vm(lab, each, vm.name) for each in data_disks}}
    shown: Json = {
        "osDisk": {"osType": os_disk["osType"], "osState": "Generalized", **_shown(contents["os"], os_disk)},
        "dataDisks": [{"lun": each["lun"], **_shown(contents[str(each["lun"])], each)} for each in data_disks],
    }
    if asked.get("zoneResilient") is not None:
        shown["zoneResilient"] = asked["zoneResilient"]
    properties: Json = {"sourceVirtualMachine": {"id": vm.id}, "storageProfile": shown, "hyperVGeneration": generation}
    return ImagePlan(properties, contents, vm.body.get("plan"))


def _check_vm(vm: Resource, location: str) -> None:
    """Refuse a VM of which no managed image can be made."""
    check_not_deleting(vm, "Create Image")
    if vm.location != location:
        raise compute_errors.OTHER_REGION(source=vm.id, there=vm.location, location=location)
    if (vm.properties.get("securityProfile") or {}).get("securityType") in ("TrustedLaunch", "ConfidentialVM"):
        raise image_errors.TRUSTED_LAUNCH()
    if vm.properties["storageProfile"]["osDisk"].get("diffDiskSettings"):
        raise image_errors.EPHEMERAL_SOURCE(vm=vm.name)
    if not MachineState.of(vm).generalized:
        raise image_errors.NOT_GENERALIZED(vm=vm.name)


def _of_vm(lab: Lab, entry: Json, vm: str) -> Content:
    disk = get_source(lab, entry["managedDisk"]["id"], DISK)
    check_usable(lab, disk)
    _check_kind(disk, vm)
    return Content(disk.properties["diskSizeBytes"], disk)


def _check_kind(disk: Resource, vm: str) -> None:
    """Refuse a disk that images cannot hold. `vm` names the VM of the disk, as far as the request does."""
    sku = (disk.body.get("sku") or {}).get("name")
    if sku == "UltraSSD_LRS":
        raise image_errors.ULTRA_SOURCE(vm=vm)
    if sku == "PremiumV2_LRS":
        raise image_errors.PREMIUM_V2_SOURCE()
    if (disk.properties.get("encryptionSettingsCollection") or {}).get("enabled"):
        raise image_errors.ENCRYPTED_SOURCE(disk=disk.name)


def _shown(content: Content, entry: Json) -> Json:
    """A VM's disk as the image shows it."""
    return {
        "diskSizeGB": shown_gib(content.size),
        "managedDisk": {"id": normal_id(entry["managedDisk"]["id"])},
        "caching": entry.get("caching", "None"),
        "storageAccountType": entry["managedDisk"].get("storageAccountType", "Standard_LRS"),
    }


def from_profile(lab: Lab, given: Json, location: str, version: str) -> ImagePlan:
    """Plan an image of single disks. `version` is the request's api-version."""
    profile = given.get("storageProfile") or {}
    os_disk = _checked_os_disk(profile)
    generation = _checked_generation(given, version)
    content, shown_os = _disk(lab, os_disk, location)
    own = content.resource.properties.get("hyperVGeneration") if content.resource else None
    if content.resource and own not in (None, generation):
        raise image_errors.GENERATION_MISMATCH(given=generation, actual=own, source=content.resource.id)
    contents, shown_data = {"os": content}, []
    for entry in profile.get("dataDisks") or []:
        lun = str(_checked_lun(entry, contents))
        contents[lun], shown = _disk(lab, entry, location)
        shown_data.append({"lun": entry["lun"], **shown})
    _check_distinct([os_disk, *(profile.get("dataDisks") or [])])
    shown_profile: Json = {
        "osDisk": {"osType": os_disk["osType"], "osState": os_disk["osState"], **shown_os},
        "dataDisks": shown_data,
    }
    if profile.get("zoneResilient") is not None:
        shown_profile["zoneResilient"] = profile["zoneResilient"]
    purchase = content.resource.properties.get("purchasePlan") if content.resource else None
    return ImagePlan({"storageProfile": shown_profile, "hyperVGeneration": generation}, contents, purchase)


def _checked_os_disk(profile: Json) -> Json:
    os_disk: Json | None = profile.get("osDisk")
    if not os_disk:
        raise parameter_errors.MISSING(parameter="storageProfile.osDisk", target="storageProfile.osDisk")
    for parameter in ("osType", "osState"):
        if not os_disk.get(parameter):
            raise parameter_errors.MISSING(parameter=f"osDisk.{parameter}", target=f"osDisk.{parameter}")
    _check_word(os_disk, "osType", ("Linux", "Windows"))
    _check_word(os_disk, "osState", ("Generalized", "Specialized"))
    return os_disk


def _checked_generation(given: Json, version: str) -> str:
    generation = given.get("hyperVGeneration")
    if generation is None and version >= _GENERATION_SINCE:
        raise parameter_errors.MISSING(parameter="hyperVGeneration", target="hyperVGeneration")
    _check_word(given, "hyperVGeneration", ("V1", "V2"))
    return str(generation or "V1")


def _checked_lun(entry: Json, taken: dict[str, Content]) -> int:
    if entry.get("lun") is None:
        raise parameter_errors.MISSING(parameter="dataDisks.lun", target="dataDisks.lun")
    if str(entry["lun"]) in taken:
        raise compute_errors.DUPLICATE_LUN(lun=entry["lun"], target="dataDisks")
    return int(entry["lun"])


def _check_distinct(entries: list[Json]) -> None:
    """Refuse an image that contains the same disk twice."""
    sources: set[str] = set()
    for entry in entries:
        holder = entry.get("managedDisk") or entry.get("snapshot")
        source = normal_id(holder["id"]) if holder else str(entry["blobUri"])
        if source.lower() in sources:
            raise image_errors.DUPLICATE_SOURCE(source=source, target="dataDisks")
        sources.add(source.lower())


def _check_word(holder: Json, parameter: str, words: tuple[str, ...]) -> None:
    if holder.get(parameter) is not None and holder[parameter] not in words:
        raise parameter_errors.BAD_VALUE(value=holder[parameter], parameter=parameter, target=parameter)


def _disk(lab: Lab, entry: Json, location: str) -> tuple[Content, Json]:
    """The bytes of one disk of the image, and the disk as the image shows it."""
    kinds = [kind for kind in ("snapshot", "managedDisk", "blobUri") if entry.get(kind)]
    if len(kinds) != 1:
        raise image_errors.ONE_SOURCE(target="storageProfile")
    shown: Json = {} if entry.get("diskSizeGB") is None else {"diskSizeGB": entry["diskSizeGB"]}
    if kinds == ["blobUri"]:
        size = blob_size(lab, entry["blobUri"])
        if size is None:
            raise image_errors.NO_BLOB(uri=entry["blobUri"])
        content, shown["blobUri"] = Content(size, imported=True), entry["blobUri"]
    else:
        source = get_source(lab, entry[kinds[0]].get("id", ""), _SOURCES[kinds[0]])
        content = _checked_source(lab, source, entry, location)
        shown[kinds[0]] = {"id": normal_id(entry[kinds[0]]["id"])}
    shown["caching"] = entry.get("caching") or "None"
    shown["storageAccountType"] = entry.get("storageAccountType") or "Standard_LRS"
    if encryption := (entry.get("diskEncryptionSet") or {}).get("id"):
        shown["diskEncryptionSet"] = {"id": normal_id(encryption)}
    return content, shown


def _checked_source(lab: Lab, source: Resource, entry: Json, location: str) -> Content:
    """The bytes of a disk or snapshot that the image is made from."""
    check_usable(lab, source)
    if source.location != location:
        raise compute_errors.OTHER_REGION(source=source.id, there=source.location, location=location)
    if (source.properties.get("securityProfile") or {}).get("securityType"):
        raise image_errors.TRUSTED_LAUNCH_DISK(disk=source.name)
    _check_kind(source, "")
    size = source.properties["diskSizeBytes"]
    least = shown_gib(size)
    if entry.get("diskSizeGB") is not None and entry["diskSizeGB"] < least:
        raise compute_errors.SMALL_DISK(size=entry["diskSizeGB"], least=least, target="diskSizeGB")
    return Content(size, source)
