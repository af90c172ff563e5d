"""The interfaces of a new VM: by reference, or made with it."""

from __future__ import annotations

from typing import Any

from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import normal_id
from azlab.arm.network.common import NIC, SUBNET


def checked_nics(
    lab: Lab, vm_id: str, profile: dict[str, Any] | None, vm_name: str, location: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
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
        if nic is None or nic.type != NIC or nic.location != location:
            raise errors.NO_REFERENCE(reference=reference.get("id", ""), resource=vm_id)
        if nic.hidden.get("vm") and nic.hidden["vm"].lower() != vm_id.lower():
            raise vm_errors.NIC_IN_USE(nic=nic.id, vm=nic.hidden["vm"])
        shown.append({"id": normal_id(reference["id"]), **({"properties": reference["properties"]} if reference.get("properties") else {})})
    for number, configuration in enumerate(configurations):
        wanted = configuration.get("properties") or {}
        for ip in wanted.get("ipConfigurations") or []:
            subnet = normal_id(((ip.get("properties") or {}).get("subnet") or {}).get("id", ""))
            found, vnet = lab.store.find(subnet), lab.store.find(subnet.rpartition("/subnets/")[0])
            if found is None or found.type != SUBNET or vnet is None or vnet.location != location:
                raise errors.NO_REFERENCE(reference=subnet, resource=vm_id)
        if not wanted.get("ipConfigurations"):
            raise errors.MISSING(parameter="ipConfigurations", target="networkProfile")
        id = f"{group}/providers/{NIC}/{configuration.get('name') or f'{vm_name}-nic-{number}'}"
        taken = lab.store.find(id)
        if taken is not None and taken.hidden.get("vm"):
            raise vm_errors.NIC_IN_USE(nic=taken.id, vm=taken.hidden["vm"])
        primary = bool(wanted.get("primary", len(configurations) == 1))
        made.append({"id": id, "properties": wanted})
        shown.append({"id": id, "properties": {"primary": primary, "deleteOption": wanted.get("deleteOption", "Detach")}})
    return made, shown
