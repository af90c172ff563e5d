"""The system of a VM that is made from an image in a gallery: one of the lab's galleries, or one that `outside.json` describes."""

from __future__ import annotations

from azlab.arm.compute.catalog import gallery_image
from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.gallery_versions.definitions import STANDARD, plan_of, security_type
from azlab.arm.compute.gallery_versions.lookup import Place, UsableVersion, find_usable
from azlab.arm.compute.gallery_versions.state import VersionState
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.disk_requests import ImageDisk
from azlab.arm.compute.machines.request import MachineRequest
from azlab.arm.compute.machines.system import System, offered_disks
from azlab.arm.core.lab import Lab
from azlab.arm.ordering.purchase import plan_in


def system_of_gallery(lab: Lab, request: MachineRequest, id: str) -> System:
    """The system of the image in a gallery that the request names."""
    usable = find_usable(lab, request.image, Place(request.target.location, request.target.subscription))
    return _outside(lab, request, id) if usable is None else _own(request, usable, id)


def _own(request: MachineRequest, usable: UsableVersion, id: str) -> System:
    """The system of a version that the lab holds."""
    definition, version = usable.definition, usable.version
    _check_security(request, security_type(definition))
    creation = {"createOption": "FromImage", "galleryImageReference": {"id": version.id}, "imageReference": {"id": version.id}}
    blobs = VersionState.of(version).disks
    return System(
        os_type=definition.properties["osType"],
        generation=definition.properties.get("hyperVGeneration") or "V1",
        specialized=definition.properties.get("osState") == "Specialized",
        reference={**request.image, "exactVersion": version.name},
        disks={
            lun: ImageDisk(Content(blob.size, key=blob.key, guest_system=blob.guest_system), creation, blob.caching)
            for lun, blob in blobs.items()
        },
        plan=plan_in(plan_of(definition)),
    )


def _check_security(request: MachineRequest, wanted: str) -> None:
    """Refuse a VM whose security type the image definition does not allow."""
    if wanted == "TrustedLaunch" and request.security != wanted:
        raise vm_errors.TRUSTED_LAUNCH_ONLY()
    if wanted == STANDARD and request.security == "TrustedLaunch":
        raise vm_errors.TRUSTED_LAUNCH_IMAGE()


def _outside(lab: Lab, request: MachineRequest, id: str) -> System:
    """The system of an image that `outside.json` describes."""
    image = gallery_image(lab, id)
    if image is None:
        raise vm_errors.NO_IMAGE(image=id, location=request.target.location)
    wanted = next((each["value"] for each in image.get("features", []) if each["name"] == "SecurityType"), None)
    if wanted == "TrustedLaunch" and request.security != wanted:
        raise vm_errors.TRUSTED_LAUNCH_ONLY()
    creation = {"createOption": "FromImage", "galleryImageReference": {"id": id}, "imageReference": {"id": id}}
    return System(
        os_type=image["osType"],
        generation=image.get("hyperVGeneration", "V1"),
        specialized=image.get("osState") == "Specialized",
        reference={**request.image, "exactVersion": image["version"]},
        disks=offered_disks(image, creation),
    )
