"""What a managed image is made from, and everything that Azure refuses about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.catalogue import blob_size
from azlab.arm.compute.crud import get_source
from azlab.arm.compute.disks.states import GIB, check_whole
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.arm.http.calls import COMPUTE, Call, normal_id
from azlab.store import Resource

DISK, SNAPSHOT, VM = f"{COMPUTE}/disks", f"{COMPUTE}/snapshots", f"{COMPUTE}/virtualMachines"
_SOURCES = {"managedDisk": DISK, "snapshot": SNAPSHOT}
_GENERATION_SINCE = "2019-03-01"


@dataclass(frozen=True)
class ImageDisk:
    """One disk of an image to be: `os` or a LUN, the resource to copy (None: a blob from outside), its bytes."""

    lun: str
    source: Resource | None
    size: int


def from_vm(lab: Lab, given: dict[str, Any], location: str) -> tuple[dict[str, Any], list[ImageDisk]]:
    """The properties and disks of an image of a whole VM."""
    if (given.get("storageProfile") or {}).get("osDisk"):
        raise image_errors.BOTH_SOURCES(target="storageProfile")
    vm = get_source(lab, given["sourceVirtualMachine"].get("id", ""), VM)
    if is_deleting(vm):
        raise vm_errors.VM_DELETING(deed="Create Image", vm=vm.name)
    if vm.location != location:
        raise compute_errors.OTHER_REGION(source=vm.id, there=vm.location, location=location)
    if (vm.properties.get("securityProfile") or {}).get("securityType") in ("TrustedLaunch", "ConfidentialVM"):
        raise image_errors.TRUSTED_LAUNCH()
    if vm.properties["storageProfile"]["osDisk"].get("diffDiskSettings"):
        raise image_errors.EPHEMERAL_SOURCE(vm=vm.name)
    if not vm.hidden.get("generalized"):
        raise image_errors.NOT_GENERALIZED(vm=vm.name)
    if given.get("hyperVGeneration") not in (None, vm.hidden["generation"]):
        raise image_errors.GENERATION_MISMATCH(given=given["hyperVGeneration"], actual=vm.hidden["generation"], source=vm.id)
    profile = vm.properties["storageProfile"]
    disks = [_of_vm(lab, "os", profile["osDisk"]), *(_of_vm(lab, str(each["lun"]), each) for each in profile["dataDisks"])]
    shown: dict[str, Any] = {
        "osDisk": {"osType": profile["osDisk"]["osType"], "osState": "Generalized", **_shown(disks[0], profile["osDisk"])},
        "dataDisks": [{"lun": each["lun"], **_shown(disk, each)} for each, disk in zip(profile["dataDisks"], disks[1:], strict=True)],
    }
    resilient = (given.get("storageProfile") or {}).get("zoneResilient")
    if resilient is not None:
        shown["zoneResilient"] = resilient
    properties = {"sourceVirtualMachine": {"id": vm.id}, "storageProfile": shown, "hyperVGeneration": vm.hidden["generation"]}
    return properties, disks


def _of_vm(lab: Lab, lun: str, entry: dict[str, Any]) -> ImageDisk:
    disk = get_source(lab, entry["managedDisk"]["id"], DISK)
    check_whole(lab, disk)
    return ImageDisk(lun, disk, disk.properties["diskSizeBytes"])


def _shown(disk: ImageDisk, entry: dict[str, Any]) -> dict[str, Any]:
    """A VM's disk as the image shows it; its size is there from the beginning."""
    return {
        "diskSizeGB": -(-disk.size // GIB),
        "managedDisk": {"id": normal_id(entry["managedDisk"]["id"])},
        "caching": entry.get("caching", "None"),
        "storageAccountType": entry["managedDisk"].get("storageAccountType", "Standard_LRS"),
    }


def from_profile(call: Call, given: dict[str, Any], location: str) -> tuple[dict[str, Any], list[ImageDisk]]:
    """The properties and disks of an image of single disks."""
    profile = given.get("storageProfile") or {}
    os_disk = profile.get("osDisk")
    if not os_disk:
        raise errors.MISSING(parameter="storageProfile.osDisk", target="storageProfile.osDisk")
    for parameter in ("osType", "osState"):
        if not os_disk.get(parameter):
            raise errors.MISSING(parameter=f"osDisk.{parameter}", target=f"osDisk.{parameter}")
    _check_word(os_disk, "osType", ("Linux", "Windows"))
    _check_word(os_disk, "osState", ("Generalized", "Specialized"))
    generation = given.get("hyperVGeneration")
    if generation is None and call.version >= _GENERATION_SINCE:
        raise errors.MISSING(parameter="hyperVGeneration", target="hyperVGeneration")
    _check_word(given, "hyperVGeneration", ("V1", "V2"))
    generation = generation or "V1"
    first, shown_os = _disk(call.lab, "os", os_disk, location)
    own = first.source.properties.get("hyperVGeneration") if first.source else None
    if own not in (None, generation):
        raise image_errors.GENERATION_MISMATCH(given=generation, actual=own, source=first.source.id if first.source else "")
    disks, shown_data, luns = [first], [], set()
    for entry in profile.get("dataDisks") or []:
        if entry.get("lun") is None:
            raise errors.MISSING(parameter="dataDisks.lun", target="dataDisks.lun")
        if entry["lun"] in luns:
            raise compute_errors.DUPLICATE_LUN(lun=entry["lun"], target="dataDisks")
        luns.add(entry["lun"])
        disk, shown = _disk(call.lab, str(entry["lun"]), entry, location)
        disks.append(disk)
        shown_data.append({"lun": entry["lun"], **shown})
    _check_distinct([os_disk, *(profile.get("dataDisks") or [])])
    shown_profile: dict[str, Any] = {
        "osDisk": {"osType": os_disk["osType"], "osState": os_disk["osState"], **shown_os},
        "dataDisks": shown_data,
    }
    if profile.get("zoneResilient") is not None:
        shown_profile["zoneResilient"] = profile["zoneResilient"]
    return {"storageProfile": shown_profile, "hyperVGeneration": generation}, disks


def _check_distinct(entries: list[dict[str, Any]]) -> None:
    """Refuse an image that holds the same disk twice."""
    sources: set[str] = set()
    for entry in entries:
        holder = entry.get("managedDisk") or entry.get("snapshot")
        source = normal_id(holder["id"]) if holder else str(entry["blobUri"])
        if source.lower() in sources:
            raise image_errors.DUPLICATE_SOURCE(source=source, target="dataDisks")
        sources.add(source.lower())


def _check_word(holder: dict[str, Any], parameter: str, words: tuple[str, ...]) -> None:
    if holder.get(parameter) is not None and holder[parameter] not in words:
        raise errors.BAD_VALUE(value=holder[parameter], parameter=parameter, target=parameter)


def _disk(lab: Lab, lun: str, entry: dict[str, Any], location: str) -> tuple[ImageDisk, dict[str, Any]]:
    """One disk from a managed disk, a snapshot or a blob."""
    kinds = [kind for kind in ("snapshot", "managedDisk", "blobUri") if entry.get(kind)]
    if len(kinds) != 1:
        raise image_errors.ONE_SOURCE(target="storageProfile")
    shown: dict[str, Any] = {} if entry.get("diskSizeGB") is None else {"diskSizeGB": entry["diskSizeGB"]}
    if kinds == ["blobUri"]:
        size = blob_size(lab, entry["blobUri"])
        if size is None:
            raise image_errors.NO_BLOB(uri=entry["blobUri"])
        found, shown["blobUri"] = ImageDisk(lun, None, size), entry["blobUri"]
    else:
        source = get_source(lab, entry[kinds[0]].get("id", ""), _SOURCES[kinds[0]])
        check_whole(lab, source)
        if source.location != location:
            raise compute_errors.OTHER_REGION(source=source.id, there=source.location, location=location)
        if (source.properties.get("securityProfile") or {}).get("securityType"):
            raise image_errors.TRUSTED_LAUNCH_DISK(disk=source.name)
        size = source.properties["diskSizeBytes"]
        least = -(-size // GIB)
        if entry.get("diskSizeGB") is not None and entry["diskSizeGB"] < least:
            raise compute_errors.SMALL_DISK(size=entry["diskSizeGB"], least=least, target="diskSizeGB")
        found, shown[kinds[0]] = ImageDisk(lun, source, size), {"id": normal_id(entry[kinds[0]]["id"])}
    shown["caching"] = entry.get("caching") or "None"
    shown["storageAccountType"] = entry.get("storageAccountType") or "Standard_LRS"
    return found, shown
