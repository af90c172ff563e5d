"""Network interfaces, as far as an address for a VM takes."""

from __future__ import annotations

import hashlib
import ipaddress
import uuid
from typing import Any

from azlab.arm.compute.crud import get, listing
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import NETWORK, Answer, Call, Route, checked_tags, in_group, in_subscription, location_of, normal_id
from azlab.arm.network import errors as network_errors
from azlab.arm.network.common import NIC, SUBNET, etag, lies_in, settled
from azlab.store import Resource

_RESERVED = 4
"""Azure keeps the network's address and the first three hosts of each subnet for itself."""


def put_nic(call: Call) -> Answer:
    """Create or change a network interface."""
    location, tags = location_of(call.body, NIC), checked_tags(call.body)
    with call.lab.store.atomic():
        known = call.lab.store.find(call.id(NIC)) is not None
        nic = save_nic(call.lab, call.id(NIC), location, tags, call.body.get("properties") or {})
    return settled(call, nic.body, known, location)


def save_nic(lab: Lab, id: str, location: str, tags: dict[str, str] | None, given: dict[str, Any]) -> Resource:
    """Give an interface its addresses and store it."""
    configs = given.get("ipConfigurations") or []
    if not configs:
        raise errors.MISSING(parameter="ipConfigurations")
    known = lab.store.find(id)
    parts = id.split("/")
    nic = known or Resource(id, NIC, parts[4], parts[8], {})
    had = {config["name"]: config["properties"] for config in nic.properties.get("ipConfigurations", [])} if known else {}
    nic.body = {"name": nic.name, "id": id, "etag": etag(), "location": location, "type": NIC, "kind": "Regular"}
    if tags is not None:
        nic.body["tags"] = tags
    nic.body["properties"] = {
        "provisioningState": "Succeeded",
        "resourceGuid": nic.hidden.setdefault("guid", str(uuid.uuid4())),
        "ipConfigurations": [_ip_config(lab, nic, each, number == 0, had) for number, each in enumerate(configs)],
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "macAddress": _mac(id),
        "enableAcceleratedNetworking": bool(given.get("enableAcceleratedNetworking", False)),
        "enableIPForwarding": bool(given.get("enableIPForwarding", False)),
        "nicType": "Standard",
        "hostedWorkloads": [],
        "tapConfigurations": [],
    }
    if nic.hidden.get("vm"):
        nic.properties["virtualMachine"] = {"id": nic.hidden["vm"]}
    lab.store.put(nic)
    return nic


def _ip_config(lab: Lab, nic: Resource, given: dict[str, Any], first: bool, had: dict[str, Any]) -> dict[str, Any]:
    wanted = given.get("properties") or {}
    subnet_id = normal_id((wanted.get("subnet") or {}).get("id", ""))
    subnet = lab.store.find(subnet_id)
    if subnet is None or subnet.type != SUBNET:
        raise errors.NO_REFERENCE(reference=subnet_id, resource=nic.id)
    before = had.get(given["name"], {})
    kept = before.get("privateIPAddress") if (before.get("subnet") or {}).get("id") == subnet.id else None
    address = _static_address(lab, nic, subnet, wanted["privateIPAddress"]) if wanted.get("privateIPAddress") else kept
    return {
        "name": given["name"],
        "id": f"{nic.id}/ipConfigurations/{given['name']}",
        "etag": etag(),
        "type": f"{NIC}/ipConfigurations",
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": address or _free_address(lab, subnet),
            "privateIPAllocationMethod": wanted.get("privateIPAllocationMethod", "Dynamic"),
            "subnet": {"id": subnet.id},
            "primary": bool(wanted.get("primary", first)),
            "privateIPAddressVersion": wanted.get("privateIPAddressVersion", "IPv4"),
        },
    }


def _taken(lab: Lab, subnet: Resource) -> dict[str, tuple[str, str]]:
    """Address -> the configuration that has it, and its interface."""
    return {
        config["properties"]["privateIPAddress"]: (config["id"], nic.id)
        for nic in lab.store.list(NIC)
        for config in nic.properties["ipConfigurations"]
        if lies_in(config, subnet)
    }


def _static_address(lab: Lab, nic: Resource, subnet: Resource, wanted: str) -> str:
    """The address that was asked for, which must be the subnet's to give."""
    prefix = subnet.properties["addressPrefix"]
    network = ipaddress.ip_network(prefix)
    try:
        address = ipaddress.ip_address(wanted)
    except ValueError:
        raise errors.BAD_VALUE(value=wanted, parameter="privateIPAddress", target="privateIPAddress") from None
    if address not in network:
        raise network_errors.ADDRESS_OUTSIDE(address=wanted, prefix=prefix)
    if not _RESERVED <= int(address) - int(network.network_address) < network.num_addresses - 1:
        raise network_errors.ADDRESS_RESERVED(address=wanted, prefix=prefix)
    config, user = _taken(lab, subnet).get(str(address), ("", ""))
    if user and user.lower() != nic.id.lower():
        raise network_errors.ADDRESS_IN_USE(config=config, address=wanted, user=user)
    return str(address)


def _free_address(lab: Lab, subnet: Resource) -> str:
    prefix, taken = subnet.properties["addressPrefix"], _taken(lab, subnet)
    network = ipaddress.ip_network(prefix)
    for number in range(_RESERVED, network.num_addresses - 1):
        if str(network[number]) not in taken:
            return str(network[number])
    raise network_errors.SUBNET_FULL(subnet=subnet.name, prefix=prefix)


def _mac(id: str) -> str:
    """A MAC of Microsoft's own range, always the same for the same interface."""
    digest = hashlib.sha256(id.lower().encode()).hexdigest().upper()
    return f"00-0D-3A-{digest[0:2]}-{digest[2:4]}-{digest[4:6]}"


def get_nic(call: Call) -> Answer:
    """One network interface."""
    return Answer(200, get(call, NIC).body)


def delete_nic(call: Call) -> Answer:
    """Delete an interface that no VM has."""
    lab = call.lab
    with lab.store.lock:
        nic = lab.store.find(call.id(NIC))
        if nic is None:
            return Answer(204)
        if nic.hidden.get("vm"):
            raise network_errors.NIC_DELETE(nic=nic.id, vm=nic.hidden["vm"])
        lab.store.delete(nic.id)
    operation = lab.operations.begin(call, lambda: None, location=nic.location, provider=NETWORK)
    return Answer(202, None, operation.headers(location=True, retry_after=10))


def attach_nic(lab: Lab, id: str, vm_id: str | None) -> None:
    """Give an interface to a VM, or take it back."""
    nic = lab.store.find(id)
    if nic is None:
        return
    nic.hidden["vm"] = vm_id
    nic.properties.pop("virtualMachine", None)
    if vm_id:
        nic.properties["virtualMachine"] = {"id": vm_id}
    lab.store.put(nic)


def _nic_view(_lab: Lab, nic: Resource) -> dict[str, Any]:
    return nic.body


_NIC_PATH = in_group(NETWORK, "networkInterfaces/{name}")
ROUTES = [
    Route("PUT", _NIC_PATH, put_nic, "nic.put"),
    Route("GET", _NIC_PATH, get_nic, "nic.get"),
    Route("DELETE", _NIC_PATH, delete_nic, "nic.delete"),
    Route("GET", in_group(NETWORK, "networkInterfaces"), listing(NIC, _nic_view), "nic.list"),
    Route("GET", in_subscription(NETWORK, "networkInterfaces"), listing(NIC, _nic_view), "nic.list"),
]
