"""The second phase of creating a VM: the request is checked against what exists, and becomes a plan."""

from __future__ import annotations

from dataclasses import dataclass

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.common import IMAGE
from azlab.arm.compute.disks.builder import Content, DiskSpec
from azlab.arm.compute.disks.state import shown_gib
from azlab.arm.compute.gallery_versions.lookup import check_reference
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.compute.images.state import ImageState, is_complete
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.disk_requests import (
    ImageDisk,
    NewDisk,
    WantedDisk,
    attachable,
    attached_entry,
    check_distinct,
    checked_name,
    grown,
    wanted_data_disk,
    wanted_sku,
)
from azlab.arm.compute.machines.gallery_systems import system_of_gallery
from azlab.arm.compute.machines.market_systems import system_of_market
from azlab.arm.compute.machines.nics import NicPlan, plan_nics
from azlab.arm.compute.machines.os_profile import checked_os_profile, shown_os_profile
from azlab.arm.compute.machines.request import MachineRequest
from azlab.arm.compute.machines.system import System
from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.arm.ordering.purchase import check_not_deprecated, check_purchase, plan_in
from azlab.store import Resource

_COPIED = ("securityProfile", "diagnosticsProfile", "priority", "licenseType", "additionalCapabilities")
"""Properties that the VM shows as the request gives them."""


@dataclass(frozen=True)
class MachinePlan:
    """A VM that can be made."""

    properties: Json
    """The VM's properties as the first answer shows them."""
    generation: str
    disks: list[WantedDisk]
    nics: NicPlan
    os_profile: Json | None

    @property
    def new_disks(self) -> list[NewDisk]:
        """The disks that are made with the VM."""
        return [disk.new for disk in self.disks if disk.new]

    @property
    def attached(self) -> list[str]:
        """The ids of the disks that are attached to the VM."""
        return [disk.attached for disk in self.disks if disk.attached]


def check(lab: Lab, request: MachineRequest) -> MachinePlan:
    """Check the request for a new VM."""
    given = request.properties
    system, os_disk = _attached_system(lab, request) if request.os_disk["createOption"] == "Attach" else _system_of_image(lab, request)
    disks = [os_disk, *_data_disks(lab, request, system)]
    os_profile = checked_os_profile(request.target.vm, given.get("osProfile"), system.os_type, specialized=system.specialized)
    storage: Json = {"imageReference": system.reference} if system.reference else {}
    storage.update(osDisk=os_disk.shown, dataDisks=[disk.shown for disk in disks[1:]])
    controller = given["storageProfile"].get("diskControllerType")
    if controller:
        storage["diskControllerType"] = controller
    properties: Json = {"hardwareProfile": given["hardwareProfile"], "storageProfile": storage}
    if os_profile is not None:
        properties["osProfile"] = shown_os_profile(os_profile, system.os_type)
    nics = plan_nics(lab, request)
    properties["networkProfile"] = {"networkInterfaces": nics.shown}
    properties.update({key: given[key] for key in _COPIED if given.get(key) is not None})
    plan = MachinePlan(properties, system.generation, disks, nics, os_profile)
    check_distinct(request.target.vm, plan.attached, plan.new_disks)
    return plan


def _attached_system(lab: Lab, request: MachineRequest) -> tuple[System, WantedDisk]:
    """The system on a specialized disk that exists, and that disk."""
    given = request.os_disk
    disk = attachable(lab, request.target, given)
    os_type = given.get("osType") or disk.properties.get("osType")
    if not os_type:
        raise parameter_errors.MISSING(parameter="osDisk.osType", target="osDisk.osType")
    security = (disk.properties.get("securityProfile") or {}).get("securityType")
    if (request.security == "TrustedLaunch") != (security == "TrustedLaunch"):
        raise vm_errors.TRUSTED_LAUNCH_DISK_VM()
    system = System(os_type, disk.properties.get("hyperVGeneration", "V1"), specialized=True)
    return system, WantedDisk(attached_entry(disk, given, first={"osType": os_type}, caching="ReadWrite"), attached=disk.id)


def _system_of_image(lab: Lab, request: MachineRequest) -> tuple[System, WantedDisk]:
    """The system of an image, and the OS disk that is made from it."""
    system = _any_image(lab, request)
    check_purchase(lab, request.buyer, system.plan)
    given, target, image = request.os_disk, request.target, system.disks["os"]
    content, sku = grown(image.content, given.get("diskSizeGB"), "osDisk.diskSizeGB"), wanted_sku(request.target, given)
    name = checked_name(lab, target, given)
    shown: Json = {"osType": system.os_type, "name": name, "createOption": "FromImage"}
    if given.get("diffDiskSettings"):
        shown["diffDiskSettings"] = given["diffDiskSettings"]
    shown["caching"] = given.get("caching") or (image.caching if image.caching not in (None, "None") else "ReadWrite")
    shown["managedDisk"] = {"storageAccountType": sku}
    shown["deleteOption"] = "Delete" if request.ephemeral else given.get("deleteOption", "Detach")
    shown["diskSizeGB"] = shown_gib(content.size)
    if not name:
        del shown["name"]
    settings: Json = {"osType": system.os_type, "hyperVGeneration": system.generation}
    if system.plan:
        settings["purchasePlan"] = {"publisher": system.plan.publisher, "name": system.plan.name, "product": system.plan.product}
    if request.security == "TrustedLaunch":
        settings["securityProfile"] = {"securityType": request.security}
    return system, WantedDisk(shown, new=NewDisk("os", name, DiskSpec(content, sku, image.creation, settings)))


def _any_image(lab: Lab, request: MachineRequest) -> System:
    """The system of the image that the request names."""
    id = next((request.image[key] for key in ("id", "sharedGalleryImageId", "communityGalleryImageId") if request.image.get(key)), "")
    check_reference(request.image, "storageProfile.imageReference")
    if not id:
        return system_of_market(lab, request)
    system = system_of_gallery(lab, request, id) if "galleries/" in id.lower() else _managed_image(lab, request)
    check_not_deprecated(lab, system.plan)
    return system


def _managed_image(lab: Lab, request: MachineRequest) -> System:
    """The system of a managed image."""
    id = normal_id(request.image["id"])
    image = _usable_image(lab, request, id)
    profile, state = image.properties["storageProfile"], ImageState.of(image)
    creation = {"createOption": "FromImage", "imageReference": {"id": image.id}}
    shown = {"os": profile["osDisk"], **{str(each["lun"]): each for each in profile["dataDisks"]}}
    return System(
        os_type=profile["osDisk"]["osType"],
        generation=image.properties["hyperVGeneration"],
        specialized=profile["osDisk"]["osState"] == "Specialized",
        reference={"id": id},
        plan=plan_in(state.plan),
        disks={
            lun: ImageDisk(Content(state.disks[lun].size, key=state.disks[lun].key), creation, entry.get("caching"))
            for lun, entry in shown.items()
        },
    )


def _usable_image(lab: Lab, request: MachineRequest, id: str) -> Resource:
    """The managed image with this id, which must be completed and in the VM's region."""
    image = lab.store.find(id)
    if image is None or image.type != IMAGE or image.location != request.target.location:
        raise vm_errors.NO_IMAGE(image=request.image["id"], location=request.target.location)
    if request.security == "TrustedLaunch":
        raise vm_errors.TRUSTED_LAUNCH_IMAGE()
    if is_deleting(image):
        raise image_errors.IMAGE_DELETING(operation="Create VM", image=image.name)
    if not is_complete(image):
        raise compute_errors.SOURCE_FAILED(source=image.id, state=image.properties["provisioningState"])
    return image


def _data_disks(lab: Lab, request: MachineRequest, system: System) -> list[WantedDisk]:
    """The data disks of the image and of the request, in the order of their LUNs."""
    luns = {*request.data_disks, *(int(lun) for lun in system.disks if lun != "os")}
    return [wanted_data_disk(lab, request.target, lun, request.data_disks.get(lun), system.disks.get(str(lun))) for lun in sorted(luns)]
