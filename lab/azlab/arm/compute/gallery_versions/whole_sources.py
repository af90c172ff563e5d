"""Sources that hold all disks of a version: a VM, a managed image, another version, an image of the community."""

from __future__ import annotations

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.common import DISK, GALLERY_IMAGE_VERSION, IMAGE, VM, get_source
from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.disks.state import check_usable
from azlab.arm.compute.gallery_versions import source_errors
from azlab.arm.compute.gallery_versions.definitions import STANDARD, definition_of, plan_of, security_type
from azlab.arm.compute.gallery_versions.facts import Facts
from azlab.arm.compute.gallery_versions.found import Found, check_stored, checked_id, local
from azlab.arm.compute.gallery_versions.lookup import Place, UsableVersion, find_usable, is_usable
from azlab.arm.compute.gallery_versions.security import IMAGE_KIND, VERSION_KIND, VM_KIND
from azlab.arm.compute.gallery_versions.state import VersionState
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.compute.images.state import ImageState, is_complete
from azlab.arm.compute.machines.state import MachineState, check_not_deleting
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.store import Resource

_OPERATION = "Create Gallery Image Version"


def find(lab: Lab, source: Json, key: str, location: str) -> Found:
    """The source that the request names under this key of `storageProfile.source`."""
    if key == "communityGalleryImageId":
        usable = find_usable(lab, {key: source[key]}, Place(location, lab.settings.subscription))
        if usable is None:
            raise source_errors.NOT_ANYWHERE(id=source[key])
        return _of_version(source[key], usable)
    id = checked_id(source[key], f"source.{key}")
    found = local(lab, id, location)
    match found.type:
        case _ if found.type.lower() == VM.lower():
            return _of_vm(lab, found)
        case _ if key == "virtualMachineId":
            raise source_errors.WHOLE_KIND(id=id)
        case _ if found.type.lower() == IMAGE.lower():
            return _of_image(found)
        case _ if found.type.lower() == GALLERY_IMAGE_VERSION.lower():
            return _of_own_version(lab, found, location)
    raise source_errors.WHOLE_KIND(id=id)


def _of_vm(lab: Lab, vm: Resource) -> Found:
    """All disks of a VM. Whether it runs does not matter; whether it is generalized is compared with the image definition."""
    check_not_deleting(vm, _OPERATION)
    if vm.properties.get("provisioningState") not in ("Succeeded", "Updating"):
        raise compute_errors.SOURCE_FAILED(source=vm.id, state=vm.properties.get("provisioningState"))
    profile, state = vm.properties["storageProfile"], MachineState.of(vm)
    if profile["osDisk"].get("diffDiskSettings"):
        raise source_errors.EPHEMERAL(vm=vm.id)
    facts = Facts(
        vm.id,
        VM_KIND,
        os_type=profile["osDisk"]["osType"],
        os_state="Generalized" if state.generalized else "Specialized",
        generation=state.generation,
        plan=vm.body.get("plan"),
        security=(vm.properties.get("securityProfile") or {}).get("securityType") or STANDARD,
    )
    entries = {"os": profile["osDisk"], **{str(each["lun"]): each for each in profile["dataDisks"]}}
    contents = {lun: _disk_of_vm(lab, entry, vm.id) for lun, entry in entries.items()}
    return Found(facts, contents, {lun: {"hostCaching": entry.get("caching", "None")} for lun, entry in entries.items()})


def _disk_of_vm(lab: Lab, entry: Json, vm: str) -> Content:
    disk = get_source(lab, entry["managedDisk"]["id"], DISK)
    check_usable(lab, disk)
    check_stored(disk, "galleryImageVersion.properties.storageProfile", vm=vm)
    return Content(disk.properties["diskSizeBytes"], disk)


def _of_image(image: Resource) -> Found:
    """All disks of a managed image."""
    if is_deleting(image):
        raise image_errors.IMAGE_DELETING(operation=_OPERATION, image=image.name)
    if not is_complete(image):
        raise compute_errors.SOURCE_FAILED(source=image.id, state=image.properties["provisioningState"])
    profile, state = image.properties["storageProfile"], ImageState.of(image)
    facts = Facts(
        image.id,
        IMAGE_KIND,
        os_type=profile["osDisk"]["osType"],
        os_state=profile["osDisk"]["osState"],
        generation=image.properties["hyperVGeneration"],
        plan=state.plan,
    )
    shown = {"os": profile["osDisk"], **{str(each["lun"]): each for each in profile["dataDisks"]}}
    contents = {lun: Content(blob.size, key=blob.key) for lun, blob in state.disks.items()}
    return Found(facts, contents, {lun: {"hostCaching": shown[lun].get("caching") or "None"} for lun in contents})


def _of_own_version(lab: Lab, version: Resource, location: str) -> Found:
    definition = definition_of(lab, version.id)
    if definition is None or not is_usable(lab, version, location):
        raise source_errors.NOT_HERE(id=version.id)
    return _of_version(version.id, UsableVersion(version, definition))


def _of_version(id: str, usable: UsableVersion) -> Found:
    """All disks of another version, which the request names as `id`."""
    definition, properties = usable.definition, usable.definition.properties
    facts = Facts(
        id,
        VERSION_KIND,
        os_type=properties.get("osType"),
        os_state=properties.get("osState"),
        generation=properties.get("hyperVGeneration") or "V1",
        plan=plan_of(definition),
        security=security_type(definition),
    )
    blobs = VersionState.of(usable.version).disks
    contents = {lun: Content(blob.size, key=blob.key, guest_system=blob.guest_system) for lun, blob in blobs.items()}
    return Found(facts, contents, {lun: {"hostCaching": blob.caching or "None"} for lun, blob in blobs.items()})
