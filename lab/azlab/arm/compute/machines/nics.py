"""The interfaces of a new VM, checked against those that exist."""

from __future__ import annotations

from dataclasses import dataclass

from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.request import MachineRequest
from azlab.arm.core import resource_errors
from azlab.arm.core.ids import neighbor_id, normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.network.common import NIC, SUBNET, NetworkState


@dataclass(frozen=True)
class NicPlan:
    """The interfaces of a new VM."""

    shown: list[Json]
    """All interfaces as the VM shows them."""
    new: dict[str, Json]
    """Interfaces that are made with the VM: id -> `properties` of the interface."""
    tags: dict[str, dict[str, str]]
    """The tags of those that have some."""


def plan_nics(lab: Lab, request: MachineRequest) -> NicPlan:
    """Check the interfaces of a request."""
    shown, new, tags = [_attached(lab, request, each) for each in request.nics], {}, {}
    for number, configuration in enumerate(request.new_nics):
        wanted = configuration["properties"]
        _check_subnets(lab, request, wanted)
        name = configuration.get("name") or f"{request.target.vm}-nic-{number}"
        id = neighbor_id(request.target.vm_id, NIC, name)
        taken = lab.store.find(id)
        owner = NetworkState.of(taken).vm if taken else None
        if taken and owner:
            raise vm_errors.NIC_IN_USE(nic=taken.id, vm=owner)
        primary = bool(wanted.get("primary", len(request.new_nics) == 1))
        new[id] = wanted
        if configuration.get("tags"):
            tags[id] = configuration["tags"]
        shown.append({"id": id, "properties": {"primary": primary, "deleteOption": wanted.get("deleteOption", "Detach")}})
    return NicPlan(shown, new, tags)


def _attached(lab: Lab, request: MachineRequest, reference: Json) -> Json:
    """A reference to an interface, which must exist in the VM's region and be free, as the VM shows it."""
    id, vm_id = normal_id(reference.get("id", "")), request.target.vm_id
    nic = lab.store.find(id)
    if nic is None or nic.type != NIC or nic.location != request.target.location:
        raise resource_errors.NO_REFERENCE(reference=reference.get("id", ""), resource=vm_id)
    owner = NetworkState.of(nic).vm
    if owner and owner.lower() != vm_id.lower():
        raise vm_errors.NIC_IN_USE(nic=nic.id, vm=owner)
    return {"id": id, "properties": reference["properties"]} if reference.get("properties") else {"id": id}


def _check_subnets(lab: Lab, request: MachineRequest, wanted: Json) -> None:
    """Refuse a new interface whose subnet does not exist in the VM's region."""
    for config in wanted["ipConfigurations"]:
        id = normal_id(((config.get("properties") or {}).get("subnet") or {}).get("id", ""))
        subnet, vnet = lab.store.find(id), lab.store.find(id.rpartition("/subnets/")[0])
        if subnet is None or subnet.type != SUBNET or vnet is None or vnet.location != request.target.location:
            raise resource_errors.NO_REFERENCE(reference=id, resource=request.target.vm_id)
