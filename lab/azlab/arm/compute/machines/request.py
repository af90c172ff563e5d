"""The first phase of creating a VM: the body of the request is parsed. Nothing is looked up yet."""

from __future__ import annotations

from dataclasses import dataclass

from azlab.arm.compute.common import VM
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.disk_requests import Target, check_managed, checked_luns, default_sku
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.json import Json
from azlab.arm.http.calls import Call
from azlab.arm.ordering.purchase import Buyer

_UNKNOWN_KINDS = ("availabilitySet", "proximityPlacementGroup", "host", "virtualMachineScaleSet")
"""References to resource types that the lab does not have, so that nothing they name can exist."""
_TAGS_OF_NICS = "2025-04-01"
"""The first api-version in which an interface that is made with a VM can have tags: the models of azure-mgmt-compute 37 have them."""


@dataclass(frozen=True)
class MachineRequest:
    """A request for a new VM whose body is well-formed."""

    target: Target
    properties: Json
    """The `properties` of the body."""
    os_disk: Json
    """The entry osDisk, with its createOption: FromImage or Attach."""
    image: Json
    """imageReference; empty if the OS disk is attached."""
    ephemeral: bool
    """Whether the OS disk is on the host's local disk and is deleted with the VM."""
    data_disks: dict[int, Json]
    """The entries of dataDisks by LUN."""
    nics: list[Json]
    """References to interfaces that exist."""
    new_nics: list[Json]
    """Configurations of interfaces that are made with the VM. Either these or `nics` are given."""
    plan: Json
    """The purchase plan; empty if the request names none."""

    @property
    def buyer(self) -> Buyer:
        """The VM and its plan, for the checks of the Marketplace."""
        return Buyer(self.target.vm_id, self.os_disk.get("name") or "", self.plan)

    @property
    def security(self) -> str | None:
        """The security type, for example TrustedLaunch."""
        return (self.properties.get("securityProfile") or {}).get("securityType")


def parse(call: Call, location: str) -> MachineRequest:
    """Parse the request for a new VM."""
    given = call.body.get("properties") or {}
    if not (given.get("hardwareProfile") or {}).get("vmSize"):
        raise parameter_errors.MISSING(parameter="vmSize", target="vmSize")
    check_no_user_data(call.name, given)
    for kind in _UNKNOWN_KINDS:
        if given.get(kind):
            raise resource_errors.NO_REFERENCE(reference=given[kind].get("id", ""), resource=call.id(VM))
    profile = given.get("storageProfile")
    if not profile:
        raise parameter_errors.MISSING(parameter="storageProfile", target="storageProfile")
    check_managed(call.name, [profile.get("osDisk") or {}, *(profile.get("dataDisks") or [])])
    os_disk, image = _os_disk(profile)
    nics, new_nics = _nics(given.get("networkProfile") or {})
    if call.version < _TAGS_OF_NICS and any(each.get("tags") for each in new_nics):
        raise vm_errors.NO_NIC_TAGS(target="networkInterfaceConfigurations")
    return MachineRequest(
        target=Target(call.id(VM), location, default_sku(given)),
        properties=given,
        os_disk=os_disk,
        image=image,
        ephemeral=(os_disk.get("diffDiskSettings") or {}).get("option") == "Local",
        data_disks=checked_luns(profile.get("dataDisks") or []),
        nics=nics,
        new_nics=new_nics,
        plan=call.body.get("plan") or {},
    )


def check_no_user_data(vm: str, given: Json) -> None:
    """Refuse user data: the lab's guests could not read it."""
    if given.get("userData") is not None:
        raise vm_errors.USER_DATA(vm=vm, target="userData")


def _os_disk(profile: Json) -> tuple[Json, Json]:
    """osDisk and imageReference. The latter is empty if the OS disk is attached."""
    given, image = profile.get("osDisk") or {}, profile.get("imageReference")
    option = given.get("createOption") or ("FromImage" if image else None)
    settings = given.get("diffDiskSettings") or {}
    match option:
        case None:
            raise parameter_errors.MISSING(parameter="osDisk.createOption", target="osDisk.createOption")
        case "Attach":
            if settings:
                raise vm_errors.EPHEMERAL_ATTACH(target="osDisk.createOption")
            return given, {}
        case "FromImage":
            if not image:
                raise parameter_errors.MISSING(parameter="imageReference", target="imageReference")
            if settings.get("option") == "Local" and given.get("caching") != "ReadOnly":
                raise vm_errors.EPHEMERAL_CACHING(target="osDisk.caching")
            return {**given, "createOption": option}, image
    raise parameter_errors.BAD_VALUE(value=option, parameter="osDisk.createOption", target="osDisk.createOption")


def _nics(profile: Json) -> tuple[list[Json], list[Json]]:
    """References to interfaces, and configurations of new ones."""
    references, configurations = profile.get("networkInterfaces") or [], profile.get("networkInterfaceConfigurations") or []
    if not references and not configurations:
        raise parameter_errors.MISSING(parameter="networkProfile.networkInterfaces", target="networkProfile")
    if references and configurations:
        raise parameter_errors.NOT_ALLOWED(parameter="networkInterfaceConfigurations", target="networkProfile")
    if configurations and not profile.get("networkApiVersion"):
        raise parameter_errors.MISSING(parameter="networkProfile.networkApiVersion", target="networkProfile.networkApiVersion")
    if any(not (each.get("properties") or {}).get("ipConfigurations") for each in configurations):
        raise parameter_errors.MISSING(parameter="ipConfigurations", target="networkProfile")
    return references, configurations
