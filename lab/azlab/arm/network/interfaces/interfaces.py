"""Network interfaces, with the properties that a VM needs to get an address."""

from __future__ import annotations

from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import NETWORK, normal_id
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.network import errors as network_errors
from azlab.arm.network.common import NIC, SUBNET, VERSIONS, NetworkState, deleted, etag, saved
from azlab.arm.network.interfaces.addresses import free_address, mac_of, static_address
from azlab.store import Resource


def put(call: Call) -> Answer:
    """Create or replace a network interface."""
    location, tags = location_of(call.body, NIC), checked_tags(call.body)
    with call.lab.store.atomic():
        known = call.lab.store.find(call.id(NIC)) is not None
        nic = save_nic(call.lab, call.id(NIC), location, tags, call.body.get("properties") or {})
    return saved(call, nic.body, known, location)


def save_nic(lab: Lab, id: str, location: str, tags: dict[str, str] | None, given: Json) -> Resource:
    """Give an interface its addresses and store it. `given` is the `properties` of the request."""
    configs = given.get("ipConfigurations") or []
    if not configs:
        raise parameter_errors.MISSING(parameter="ipConfigurations")
    parts = id.split("/")
    nic = lab.store.find(id) or Resource(id, NIC, parts[4], parts[8], {})
    state = NetworkState.of(nic)
    before = {config["name"]: config["properties"] for config in nic.properties.get("ipConfigurations", [])}
    nic.body = {"name": nic.name, "id": id, "etag": etag(), "location": location, "type": NIC, "kind": "Regular"}
    if tags is not None:
        nic.body["tags"] = tags
    nic.body["properties"] = {
        "provisioningState": "Succeeded",
        "resourceGuid": state.guid,
        "ipConfigurations": [_ip_config(lab, nic, each, number == 0, before) for number, each in enumerate(configs)],
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "macAddress": mac_of(id),
        "enableAcceleratedNetworking": bool(given.get("enableAcceleratedNetworking", False)),
        "enableIPForwarding": bool(given.get("enableIPForwarding", False)),
        "nicType": "Standard",
        "hostedWorkloads": [],
        "tapConfigurations": [],
    }
    if state.vm:
        nic.properties["virtualMachine"] = {"id": state.vm}
    lab.store.put(state.keep(nic))
    return nic


def _ip_config(lab: Lab, nic: Resource, given: Json, first: bool, before: Json) -> Json:
    """One IP configuration. `before` holds the interface's earlier ones by name: a dynamic address is kept within a subnet."""
    wanted = given.get("properties") or {}
    subnet_id = normal_id((wanted.get("subnet") or {}).get("id", ""))
    subnet = lab.store.find(subnet_id)
    if subnet is None or subnet.type != SUBNET:
        raise resource_errors.NO_REFERENCE(reference=subnet_id, resource=nic.id)
    earlier = before.get(given["name"], {})
    kept = earlier.get("privateIPAddress") if (earlier.get("subnet") or {}).get("id") == subnet.id else None
    address = static_address(lab, nic, subnet, wanted["privateIPAddress"]) if wanted.get("privateIPAddress") else kept
    return {
        "name": given["name"],
        "id": f"{nic.id}/ipConfigurations/{given['name']}",
        "etag": etag(),
        "type": f"{NIC}/ipConfigurations",
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": address or free_address(lab, subnet),
            "privateIPAllocationMethod": wanted.get("privateIPAllocationMethod", "Dynamic"),
            "subnet": {"id": subnet.id},
            "primary": bool(wanted.get("primary", first)),
            "privateIPAddressVersion": wanted.get("privateIPAddressVersion", "IPv4"),
        },
    }


def delete(call: Call) -> Answer:
    """Delete an interface. An interface that is attached to a VM is refused."""
    lab = call.lab
    with lab.store.lock:
        nic = lab.store.find(call.id(NIC))
        if nic is None:
            return Answer(204)
        vm = NetworkState.of(nic).vm
        if vm:
            raise network_errors.NIC_DELETE(nic=nic.id, vm=vm)
        lab.store.delete(nic.id)
    return deleted(call, nic.location)


def attach_nic(lab: Lab, id: str, vm_id: str | None) -> None:
    """Attach an interface to a VM, or detach it if `vm_id` is None."""
    nic = lab.store.find(id)
    if nic is None:
        return
    state = NetworkState.of(nic)
    state.vm = vm_id
    nic.properties.pop("virtualMachine", None)
    if vm_id:
        nic.properties["virtualMachine"] = {"id": vm_id}
    lab.store.put(state.keep(nic))


def _user(nic: Resource) -> str | None:
    return NetworkState.of(nic).vm


_PATH = in_group(NETWORK, "networkInterfaces/{name}")

TYPE = ResourceType(
    namespace=NETWORK,
    name="networkInterfaces",
    op="nic",
    versions=VERSIONS,
    routes=(Route("PUT", _PATH, put, "nic.put"), Route("DELETE", _PATH, delete, "nic.delete")),
    user=_user,
)
