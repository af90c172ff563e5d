"""The disk of a version, for a managed disk that is made from it."""

from __future__ import annotations

from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.gallery_versions import use_errors
from azlab.arm.compute.gallery_versions.definitions import security_type
from azlab.arm.compute.gallery_versions.lookup import Place, UsableVersion, check_reference, find_usable, written
from azlab.arm.compute.gallery_versions.state import VersionState
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab


def content_of_version(lab: Lab, reference: Json | None, place: Place) -> Content:
    """The bytes that a galleryImageReference names: the OS disk of a version, or the data disk with a LUN."""
    if not reference:
        raise parameter_errors.MISSING(parameter="creationData.galleryImageReference", target="creationData.galleryImageReference")
    check_reference(reference, "creationData.galleryImageReference")
    usable = find_usable(lab, reference, place)
    if usable is None:
        raise use_errors.NOT_IN_REGION(image=written(reference), location=place.location, target="galleryImageReference")
    disks, lun = VersionState.of(usable.version).disks, reference.get("lun")
    blob = disks.get("os" if lun is None else str(lun))
    if blob is None:
        raise use_errors.NO_LUN(target="creationData.galleryImageReference.lun")
    return Content(blob.size, key=blob.key, guest_system=blob.guest_system, system=_system(usable) if lun is None else {})


def _system(usable: UsableVersion) -> Json:
    """The properties that an OS disk has from the image definition if the request does not state them."""
    definition = usable.definition
    found: Json = {key: definition.properties[key] for key in ("osType", "hyperVGeneration") if key in definition.properties}
    if plan := definition.properties.get("purchasePlan"):
        found["purchasePlan"] = plan
    if security_type(definition).endswith("Supported"):
        found["supportedCapabilities"] = {"supportedSecurityOption": security_type(definition)}
    return found
