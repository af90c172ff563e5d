"""What a request for a new VM asks for, checked: everything that Azure refuses before it begins is refused here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.catalogue import platform_image
from azlab.arm.compute.disks.states import GIB
from azlab.arm.compute.images import errors as image_errors
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.attachments import (
    NewDisk,
    attachable,
    attached_entry,
    check_distinct,
    check_free_name,
    check_managed,
    checked_lun,
    default_sku,
    plan_data_disk,
    sized,
)
from azlab.arm.compute.machines.nics import checked_nics
from azlab.arm.compute.machines.os_profile import checked_os_profile, shown_os_profile
from azlab.arm.core import errors
from azlab.arm.core.provisioning import is_deleting, is_whole
from azlab.arm.http.calls import COMPUTE, Call, normal_id

IMAGE, VM = f"{COMPUTE}/images", f"{COMPUTE}/virtualMachines"


@dataclass(frozen=True)
class MachineRequest:
    """A checked request: the VM's properties as the first answer shows them, and what is to be made or attached."""

    properties: dict[str, Any]
    generation: str
    new_disks: list[NewDisk]
    attached: dict[str, str]
    """LUN (or `os`) -> id of the disk that is attached."""
    nics: list[dict[str, Any]]
    """Interfaces to be made: {name, properties}."""
    os_profile: dict[str, Any] | None
    ephemeral: bool = False


def checked(call: Call, location: str) -> MachineRequest:
    """Check a request for a new VM."""
    given = call.body.get("properties") or {}
    size = (given.get("hardwareProfile") or {}).get("vmSize")
    if not size:
        raise errors.MISSING(parameter="vmSize", target="vmSize")
    for kind in ("availabilitySet", "proximityPlacementGroup", "host", "virtualMachineScaleSet"):
        if given.get(kind):  # none of these can exist here: the lab knows no such types
            raise errors.NO_REFERENCE(reference=given[kind].get("id", ""), resource=call.id(VM))
    profile = given.get("storageProfile")
    if not profile:
        raise errors.MISSING(parameter="storageProfile", target="storageProfile")
    storage = _Storage(call, location, profile, (given.get("securityProfile") or {}).get("securityType"))
    os_profile = checked_os_profile(call.name, given.get("osProfile"), storage.os_type, specialized=storage.specialized)
    nics, interfaces = checked_nics(call.lab, call.id(VM), given.get("networkProfile"), call.name, location)
    properties: dict[str, Any] = {"hardwareProfile": given["hardwareProfile"], "storageProfile": storage.shown}
    if os_profile is not None:
        properties["osProfile"] = shown_os_profile(os_profile, storage.os_type)
    properties["networkProfile"] = {"networkInterfaces": interfaces}
    for key in ("securityProfile", "diagnosticsProfile", "priority", "licenseType", "additionalCapabilities", "userData"):
        if given.get(key) is not None and key != "userData":
            properties[key] = given[key]
    return MachineRequest(
        properties, storage.generation, storage.new, storage.attached, nics, os_profile, ephemeral=bool(storage.ephemeral)
    )


class _Storage:
    """The storage profile of a request, read once."""

    def __init__(self, call: Call, location: str, profile: dict[str, Any], security: str | None) -> None:
        self._call, self._lab, self._location, self._security = call, call.lab, location, security
        self.new: list[NewDisk] = []
        self.attached: dict[str, str] = {}
        self.generation, self.os_type, self.specialized, self.ephemeral = "V1", "Linux", False, False
        os_disk = profile.get("osDisk") or {}
        check_managed(call, [os_disk, *(profile.get("dataDisks") or [])])
        option = os_disk.get("createOption") or ("FromImage" if profile.get("imageReference") else None)
        if option is None:
            raise errors.MISSING(parameter="osDisk.createOption", target="osDisk.createOption")
        self.shown: dict[str, Any] = {}
        image_data: dict[int, dict[str, Any]] = {}
        if option == "FromImage":
            image_data = self._from_image(profile.get("imageReference"), os_disk)
        elif option == "Attach":
            self._attach_os(os_disk)
        else:
            raise errors.BAD_VALUE(value=option, parameter="osDisk.createOption", target="osDisk.createOption")
        self._data_disks(profile.get("dataDisks") or [], image_data)
        check_distinct(call, [*self.attached.values()], self.new)
        if profile.get("diskControllerType"):
            self.shown["diskControllerType"] = profile["diskControllerType"]

    def _from_image(self, reference: dict[str, Any] | None, os_disk: dict[str, Any]) -> dict[int, dict[str, Any]]:
        """The OS disk from an image; the answer is the image's data disks by LUN."""
        if not reference:
            raise errors.MISSING(parameter="imageReference", target="imageReference")
        self._check_ephemeral(os_disk)
        if reference.get("id"):
            return self._from_managed_image(reference, os_disk)
        image = platform_image(self._lab, reference)
        if image is None:
            wanted = ":".join(str(reference.get(key, "")) for key in ("publisher", "offer", "sku", "version"))
            raise vm_errors.NO_PLATFORM_IMAGE(image=wanted, target="imageReference")
        self.os_type, self.generation = image.get("osType", "Linux"), image.get("hyperVGeneration", "V1")
        exact = image.get("exactVersion") or image["version"]
        self.shown["imageReference"] = {**reference, "exactVersion": exact}
        disk = {"size": image["diskSizeGB"] * GIB, "key": None}
        self._os_disk(os_disk, disk, creation={"createOption": "FromImage", "imageReference": {"id": self._platform_id(reference, exact)}})
        return {}

    def _platform_id(self, reference: dict[str, Any], version: str) -> str:
        parts = f"{reference['publisher']}/ArtifactTypes/VMImage/Offers/{reference['offer']}/Skus/{reference['sku']}/Versions/{version}"
        subscription = self._lab.settings.subscription
        return f"/Subscriptions/{subscription}/Providers/Microsoft.Compute/Locations/{self._location}/Publishers/{parts}"

    def _from_managed_image(self, reference: dict[str, Any], os_disk: dict[str, Any]) -> dict[int, dict[str, Any]]:
        image = self._lab.store.find(normal_id(reference["id"]))
        if image is None or image.type != IMAGE or image.location != self._location:
            raise vm_errors.NO_IMAGE(image=reference["id"], location=self._location)
        if self._security == "TrustedLaunch":
            raise vm_errors.TRUSTED_LAUNCH_IMAGE()
        if is_deleting(image):
            raise image_errors.IMAGE_DELETING(deed="Create VM", image=image.name)
        if not is_whole(image):
            raise compute_errors.SOURCE_FAILED(source=image.id, state=image.properties["provisioningState"])
        made_of = image.properties["storageProfile"]["osDisk"]
        self.os_type, self.generation = made_of["osType"], image.properties["hyperVGeneration"]
        self.specialized = made_of["osState"] == "Specialized"
        self.shown["imageReference"] = {"id": normal_id(reference["id"])}
        creation = {"createOption": "FromImage", "imageReference": {"id": image.id}}
        self._os_disk(os_disk, image.hidden["disks"]["os"], creation=creation, caching=made_of.get("caching"))
        return {
            int(each["lun"]): {**image.hidden["disks"][str(each["lun"])], "entry": each, "creation": creation}
            for each in image.properties["storageProfile"]["dataDisks"]
        }

    def _check_ephemeral(self, os_disk: dict[str, Any]) -> None:
        settings = os_disk.get("diffDiskSettings")
        self.ephemeral = bool(settings and settings.get("option") == "Local")
        if self.ephemeral and os_disk.get("caching") != "ReadOnly":
            raise vm_errors.EPHEMERAL_CACHING(target="osDisk.caching")

    def _os_disk(self, given: dict[str, Any], source: dict[str, Any], creation: dict[str, Any], caching: str | None = None) -> None:
        size = sized(source["size"], given.get("diskSizeGB"), "osDisk.diskSizeGB")
        sku = (given.get("managedDisk") or {}).get("storageAccountType") or default_sku(self._call)
        name = given.get("name") or ""
        shown = {"osType": self.os_type, "name": name, "createOption": "FromImage"}
        if given.get("diffDiskSettings"):
            shown["diffDiskSettings"] = given["diffDiskSettings"]
        shown["caching"] = given.get("caching") or (caching if caching not in (None, "None") else "ReadWrite")
        shown["managedDisk"] = {"storageAccountType": sku}
        shown["deleteOption"] = "Delete" if self.ephemeral else given.get("deleteOption", "Detach")
        shown["diskSizeGB"] = -(-size // GIB)
        self.shown["osDisk"] = {key: value for key, value in shown.items() if value != ""}
        if name:
            check_free_name(self._call, name)
        self.new.append(
            NewDisk("os", name, size, source["key"], sku, self.os_type, self.generation, _disk_security(self._security), creation)
        )

    def _attach_os(self, given: dict[str, Any]) -> None:
        """The OS disk is a specialized disk that is there already."""
        if given.get("diffDiskSettings"):
            raise vm_errors.EPHEMERAL_ATTACH(target="osDisk.createOption")
        disk = attachable(self._lab, given, self._call.id(VM), self._location)
        if not given.get("osType") and not disk.properties.get("osType"):
            raise errors.MISSING(parameter="osDisk.osType", target="osDisk.osType")
        disk_security = (disk.properties.get("securityProfile") or {}).get("securityType")
        if (self._security == "TrustedLaunch") != (disk_security == "TrustedLaunch"):
            raise vm_errors.TRUSTED_LAUNCH_DISK_VM()
        self.os_type = given.get("osType") or disk.properties["osType"]
        self.generation = disk.properties.get("hyperVGeneration", "V1")
        self.specialized = True
        self.shown["osDisk"] = attached_entry(disk, given, first={"osType": self.os_type}, caching="ReadWrite")
        self.attached["os"] = disk.id

    def _data_disks(self, given: list[dict[str, Any]], image_data: dict[int, dict[str, Any]]) -> None:
        wanted: dict[int, dict[str, Any] | None] = dict.fromkeys(image_data)
        seen: set[int] = set()
        for entry in given:
            lun = checked_lun(entry, seen)
            wanted[lun] = entry
        shown = []
        for lun, entry in sorted(wanted.items(), key=lambda item: item[0]):
            plan = plan_data_disk(self._call, self._location, lun, entry, image_data.get(lun))
            shown.append(plan.shown)
            if plan.new:
                self.new.append(plan.new)
            if plan.attached:
                self.attached[str(lun)] = plan.attached
        self.shown["dataDisks"] = shown


def _disk_security(security: str | None) -> str | None:
    return security if security in ("TrustedLaunch",) else None
