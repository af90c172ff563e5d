"""The system of a VM that is made from an image of the Marketplace."""

from __future__ import annotations

from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.disks.state import GIB
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.disk_requests import ImageDisk
from azlab.arm.compute.machines.request import MachineRequest
from azlab.arm.compute.machines.system import System
from azlab.arm.compute.marketplace.market import market
from azlab.arm.compute.marketplace.tables import Image, ImageVersion
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab


def system_of_market(lab: Lab, request: MachineRequest) -> System:
    """The system of the Marketplace image that the request names."""
    image, version = _chosen(lab, request)
    reference = {key: str(request.image.get(key, "")) for key in ("publisher", "offer", "sku")}
    parts = f"{reference['publisher']}/ArtifactTypes/VMImage/Offers/{reference['offer']}/Skus/{reference['sku']}/Versions/{version.name}"
    place = f"/Subscriptions/{request.target.subscription}/Providers/Microsoft.Compute/Locations/{request.target.location}"
    creation: Json = {"createOption": "FromImage", "imageReference": {"id": f"{place}/Publishers/{parts}"}}
    data = {str(lun): ImageDisk(Content(size * GIB), creation) for lun, size in image.data_disks}
    return System(
        os_type=image.os_type,
        generation=image.generation or "V1",
        reference={**request.image, "exactVersion": version.name},
        disks={"os": ImageDisk(Content(image.size), creation), **data},
    )


def _chosen(lab: Lab, request: MachineRequest) -> tuple[Image, ImageVersion]:
    """The image, and the version that the request names. The newest version is that with the highest numbers."""
    given = {key: str(request.image.get(key, "")) for key in ("publisher", "offer", "sku", "version")}
    location, wanted = request.target.location, given["version"].lower() or "latest"
    image = market(lab).image(given["publisher"], given["offer"], given["sku"], location)
    versions = image.in_region(location) if image else []
    named = [each for each in versions if wanted == each.name.lower() or (wanted == "latest" and not each.deprecated)]
    if image is None or not named:
        raise vm_errors.NO_PLATFORM_IMAGE(image=":".join(given.values()), target="imageReference")
    return image, max(named, key=lambda each: each.order)
