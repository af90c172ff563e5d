"""What a request for a new VM asks for, checked: everything that Azure refuses before it begins is refused here."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

from azlab.arm import errors
from azlab.arm.calls import COMPUTE, Call, normal_id
from azlab.arm.compute import get_source
from azlab.arm.disk_states import GIB, active_access, check_whole
from azlab.arm.lab import Lab
from azlab.arm.network import NIC, SUBNET
from azlab.arm.outside import platform_image
from azlab.store import Resource

DISK, IMAGE, VM = f"{COMPUTE}/disks", f"{COMPUTE}/images", f"{COMPUTE}/virtualMachines"
_USERS = {
    *("administrator", "admin", "user", "user1", "test", "user2", "test1", "user3", "admin1", "1", "123", "a", "actuser", "adm", "admin2"),
    *("aspnet", "backup", "console", "david", "guest", "john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys"),
    *("test2", "test3", "user4", "user5"),
}
"""https://learn.microsoft.com/azure/virtual-machines/linux/faq: the names that may not be the first user's."""
_HOST = re.compile(r"^[A-Za-z0-9.-]{1,64}$")
_CUSTOM_DATA = 87380


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
    profile = given.get("storageProfile")
    if not profile:
        raise errors.MISSING(parameter="storageProfile", target="storageProfile")
    storage = _Storage(call, location, profile, (given.get("securityProfile") or {}).get("securityType"))
    os_profile = _os_profile(call, given.get("osProfile"), storage)
    nics, interfaces = checked_nics(call.lab, call.id(VM), given.get("networkProfile"), call.name)
    properties: dict[str, Any] = {"hardwareProfile": given["hardwareProfile"], "storageProfile": storage.shown}
    if os_profile is not None:
        properties["osProfile"] = _shown_os_profile(os_profile, storage.os_type)
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
            raise errors.NO_PLATFORM_IMAGE(image=wanted, target="imageReference")
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
            raise errors.NO_IMAGE(image=reference["id"], location=self._location)
        if self._security == "TrustedLaunch":
            raise errors.TRUSTED_LAUNCH_IMAGE()
        if image.properties["provisioningState"] not in ("Succeeded", "Updating"):
            raise errors.SOURCE_FAILED(source=image.id, state=image.properties["provisioningState"])
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
            raise errors.EPHEMERAL_CACHING(target="osDisk.caching")

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
            raise errors.EPHEMERAL_ATTACH(target="osDisk.createOption")
        disk = attachable(self._lab, given, self._call.id(VM), self._location)
        if not given.get("osType") and not disk.properties.get("osType"):
            raise errors.MISSING(parameter="osDisk.osType", target="osDisk.osType")
        disk_security = (disk.properties.get("securityProfile") or {}).get("securityType")
        if (self._security == "TrustedLaunch") != (disk_security == "TrustedLaunch"):
            raise errors.TRUSTED_LAUNCH_DISK_VM()
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
        raise errors.DUPLICATE_LUN(lun=lun, target="dataDisks")
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
        raise errors.SMALL_DISK(size=wanted_gib, least=gib, target=target)
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


def attachable(lab: Lab, entry: dict[str, Any], vm_id: str, location: str) -> Resource:
    """A disk that can be attached to this VM."""
    id = (entry.get("managedDisk") or {}).get("id")
    if not id:
        raise errors.MISSING(parameter="managedDisk.id", target="managedDisk.id")
    disk = get_source(lab, id, DISK)
    check_whole(lab, disk)
    owner = disk.body.get("managedBy")
    if owner and owner.lower() != vm_id.lower():
        raise errors.ATTACHED_ELSEWHERE(disk=disk.name, vm=owner)
    if active_access(disk):
        raise errors.ACTIVE_SAS(disk=disk.name, deed="attaching")
    if disk.location != location:
        raise errors.OTHER_REGION(source=disk.id, there=disk.location, location=location)
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


def _disk_security(security: str | None) -> str | None:
    return security if security in ("TrustedLaunch",) else None


def _os_profile(call: Call, given: dict[str, Any] | None, storage: _Storage) -> dict[str, Any] | None:
    """The OS profile: needed for a generalized image, forbidden for anything specialized."""
    if storage.specialized:
        if given:
            raise errors.NOT_ALLOWED(parameter="osProfile", target="osProfile")
        return None
    if not given:
        raise errors.MISSING(parameter="osProfile", target="osProfile")
    user = given.get("adminUsername")
    if not user:
        raise errors.MISSING(parameter="osProfile.adminUsername", target="osProfile.adminUsername")
    if user.lower() in _USERS or user.endswith(".") or len(user) > 64:
        raise errors.BAD_USER(target="adminUsername")
    profile = {**given, "computerName": given.get("computerName") or call.name}
    if given.get("adminPassword") is not None and not _strong(given["adminPassword"]):
        raise errors.WEAK_PASSWORD(target="adminPassword")
    if given.get("customData") is not None:
        _check_custom_data(given["customData"])
    if storage.os_type == "Linux":
        if not _HOST.match(profile["computerName"]):
            raise errors.BAD_COMPUTER_NAME(target="computerName")
        _check_login(profile, user)
    return profile


def _strong(password: str) -> bool:
    kinds = sum(bool(re.search(pattern, password)) for pattern in (r"[A-Z]", r"[a-z]", r"\d", r"[^A-Za-z0-9]"))
    return 6 <= len(password) <= 72 and kinds >= 3 and not re.search(r"[\x00-\x1f]", password)


def _check_custom_data(text: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise errors.BAD_CUSTOM_DATA(target="customData") from None
    if len(text) > _CUSTOM_DATA:
        raise errors.BAD_CUSTOM_DATA(target="customData")


def _check_login(profile: dict[str, Any], user: str) -> None:
    linux = profile.get("linuxConfiguration") or {}
    keys = (linux.get("ssh") or {}).get("publicKeys") or []
    for key in keys:
        path = f"/home/{user}/.ssh/authorized_keys"
        if key.get("path", path) != path:
            raise errors.BAD_KEY_PATH(path=path, target="linuxConfiguration.ssh.publicKeys.path")
    if linux.get("disablePasswordAuthentication") and not keys or not keys and profile.get("adminPassword") is None:
        raise errors.NO_LOGIN(target="linuxConfiguration")


def _shown_os_profile(profile: dict[str, Any], os_type: str) -> dict[str, Any]:
    """The OS profile as a GET shows it: without secrets, with what Azure fills in."""
    shown: dict[str, Any] = {"computerName": profile["computerName"], "adminUsername": profile["adminUsername"]}
    if os_type == "Linux":
        linux = profile.get("linuxConfiguration") or {}
        shown["linuxConfiguration"] = {
            "disablePasswordAuthentication": False,
            **linux,
            "provisionVMAgent": linux.get("provisionVMAgent", True),
            "patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault", **(linux.get("patchSettings") or {})},
            "enableVMAgentPlatformUpdates": False,
        }
    else:
        windows = profile.get("windowsConfiguration") or {}
        shown["windowsConfiguration"] = {
            "provisionVMAgent": True,
            "enableAutomaticUpdates": True,
            **windows,
            "patchSettings": {"patchMode": "AutomaticByOS", "assessmentMode": "ImageDefault", **(windows.get("patchSettings") or {})},
            "enableVMAgentPlatformUpdates": False,
        }
    shown.update(secrets=profile.get("secrets", []), allowExtensionOperations=True, requireGuestProvisionSignal=True)
    return shown


def checked_nics(lab: Lab, vm_id: str, profile: dict[str, Any] | None, vm_name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Interfaces to be made, and all interfaces as the VM shows them."""
    given = profile or {}
    references, configurations = given.get("networkInterfaces") or [], given.get("networkInterfaceConfigurations") or []
    if not references and not configurations:
        raise errors.MISSING(parameter="networkProfile.networkInterfaces", target="networkProfile")
    if references and configurations:
        raise errors.NOT_ALLOWED(parameter="networkInterfaceConfigurations", target="networkProfile")
    if configurations and not given.get("networkApiVersion"):
        raise errors.MISSING(parameter="networkProfile.networkApiVersion", target="networkProfile.networkApiVersion")
    group = "/".join(vm_id.split("/")[:5])
    made, shown = [], []
    for reference in references:
        nic = lab.store.find(normal_id(reference.get("id", "")))
        if nic is None or nic.type != NIC:
            raise errors.NO_REFERENCE(reference=reference.get("id", ""), resource=vm_id)
        if nic.hidden.get("vm") and nic.hidden["vm"].lower() != vm_id.lower():
            raise errors.NIC_IN_USE(nic=nic.id, vm=nic.hidden["vm"])
        shown.append({"id": normal_id(reference["id"]), **({"properties": reference["properties"]} if reference.get("properties") else {})})
    for number, configuration in enumerate(configurations):
        wanted = configuration.get("properties") or {}
        for ip in wanted.get("ipConfigurations") or []:
            subnet = normal_id(((ip.get("properties") or {}).get("subnet") or {}).get("id", ""))
            found = lab.store.find(subnet)
            if found is None or found.type != SUBNET:
                raise errors.NO_REFERENCE(reference=subnet, resource=vm_id)
        if not wanted.get("ipConfigurations"):
            raise errors.MISSING(parameter="ipConfigurations", target="networkProfile")
        id = f"{group}/providers/{NIC}/{configuration.get('name') or f'{vm_name}-nic-{number}'}"
        primary = bool(wanted.get("primary", len(configurations) == 1))
        made.append({"id": id, "properties": wanted})
        shown.append({"id": id, "properties": {"primary": primary, "deleteOption": wanted.get("deleteOption", "Detach")}})
    return made, shown
