"""Virtual networks, subnets and network interfaces, as far as an address for a VM takes."""

from __future__ import annotations

import hashlib
import ipaddress
import uuid
from typing import Any

from azlab.arm import errors
from azlab.arm.calls import NETWORK, Answer, Call, Route, checked_tags, in_group, in_subscription, location_of, normal_id
from azlab.arm.compute import get, listing
from azlab.arm.lab import Lab
from azlab.store import Resource

VNET, SUBNET, NIC = f"{NETWORK}/virtualNetworks", f"{NETWORK}/virtualNetworks/subnets", f"{NETWORK}/networkInterfaces"
_VNET_PATH, _NIC_PATH = in_group(NETWORK, "virtualNetworks/{name}"), in_group(NETWORK, "networkInterfaces/{name}")
_RESERVED = 4
"""Azure keeps the network's address and the first three hosts of each subnet for itself."""


def _etag() -> str:
    return f'W/"{uuid.uuid4()}"'


def _prefixes(values: list[str], resource: str) -> list[Any]:
    try:
        return [ipaddress.ip_network(value) for value in values]
    except ValueError:
        raise errors.BAD_PREFIX(prefix=",".join(map(str, values)), resource=resource) from None


# --- virtual networks and subnets -------------------------------------------------------------------------------------------------
def put_vnet(call: Call) -> Answer:
    """Create a virtual network with its subnets, or change it."""
    lab, body = call.lab, call.body
    location, tags = location_of(body, VNET), checked_tags(body)
    given = body.get("properties") or {}
    prefixes = (given.get("addressSpace") or {}).get("addressPrefixes") or []
    if not prefixes:
        raise errors.MISSING(parameter="addressSpace.addressPrefixes")
    _prefixes(prefixes, call.name)
    with lab.store.lock:
        known = lab.store.find(call.id(VNET))
        vnet = known or Resource(call.id(VNET), VNET, call.group, call.name, {})
        vnet.body = {"name": call.name, "id": vnet.id, "etag": _etag(), "type": VNET, "location": location}
        if tags is not None:
            vnet.body["tags"] = tags
        vnet.body["properties"] = {
            "provisioningState": "Succeeded",
            "resourceGuid": vnet.hidden.setdefault("guid", str(uuid.uuid4())),
            "addressSpace": {"addressPrefixes": prefixes},
            "virtualNetworkPeerings": [],
            "enableDdosProtection": False,
        }
        lab.store.put(vnet)
        for each in given.get("subnets") or []:
            _save_subnet(lab, vnet, each["name"], each.get("properties") or {})
        answer = _vnet_view(lab, vnet)
    return _done(call, answer, known is not None, location, "virtualNetworks")


def _done(call: Call, body: dict[str, Any], known: bool, location: str, _kind: str) -> Answer:
    """Networks are there at once; the operation only says so."""
    operation = call.lab.operations.begin(call, lambda: None, location=location, provider=NETWORK)
    shown = {**body, "properties": {**body["properties"], "provisioningState": "Updating"}}
    return Answer(200 if known else 201, shown, operation.headers(location=False, retry_after=3))


def _save_subnet(lab: Lab, vnet: Resource, name: str, given: dict[str, Any]) -> Resource:
    prefix = given.get("addressPrefix") or (given.get("addressPrefixes") or [None])[0]
    if not prefix:
        raise errors.MISSING(parameter="addressPrefix")
    network = _prefixes([prefix], name)[0]
    spaces = _prefixes(vnet.properties["addressSpace"]["addressPrefixes"], vnet.name)
    if not any(network.version == space.version and network.subnet_of(space) for space in spaces):
        raise errors.SUBNET_OUTSIDE(subnet=name, network=vnet.name)
    id = f"{vnet.id}/subnets/{name}"
    known = lab.store.find(id)
    subnet = known or Resource(id, SUBNET, vnet.group, name, {})
    subnet.body = {
        "name": name,
        "id": id,
        "etag": _etag(),
        "properties": {
            "provisioningState": "Succeeded",
            "addressPrefix": prefix,
            "delegations": [],
            "privateEndpointNetworkPolicies": given.get("privateEndpointNetworkPolicies", "Disabled"),
            "privateLinkServiceNetworkPolicies": given.get("privateLinkServiceNetworkPolicies", "Enabled"),
        },
        "type": SUBNET,
    }
    lab.store.put(subnet)
    return subnet


def _subnets(lab: Lab, vnet: Resource) -> list[Resource]:
    root = f"{vnet.id}/subnets/".lower()
    return [each for each in lab.store.list(SUBNET, vnet.group) if each.id.lower().startswith(root)]


def _subnet_view(lab: Lab, subnet: Resource) -> dict[str, Any]:
    users = [config for nic in lab.store.list(NIC) for config in nic.properties["ipConfigurations"] if _in(config, subnet)]
    body = {**subnet.body, "properties": {**subnet.properties}}
    if users:
        body["properties"]["ipConfigurations"] = [{"id": config["id"]} for config in users]
    return body


def _in(config: dict[str, Any], subnet: Resource) -> bool:
    return str((config["properties"].get("subnet") or {}).get("id", "")).lower() == subnet.id.lower()


def _vnet_view(lab: Lab, vnet: Resource) -> dict[str, Any]:
    properties = {**vnet.properties, "subnets": [_subnet_view(lab, each) for each in _subnets(lab, vnet)]}
    return {**vnet.body, "properties": properties}


def get_vnet(call: Call) -> Answer:
    """One virtual network."""
    return Answer(200, _vnet_view(call.lab, get(call, VNET)))


def delete_vnet(call: Call) -> Answer:
    """Delete a virtual network whose subnets nobody uses."""
    lab = call.lab
    with lab.store.lock:
        vnet = lab.store.find(call.id(VNET))
        if vnet is None:
            return Answer(204)
        subnets = _subnets(lab, vnet)
        for subnet in subnets:
            _check_unused(lab, subnet)
        for subnet in subnets:
            lab.store.delete(subnet.id)
        lab.store.delete(vnet.id)
    operation = lab.operations.begin(call, lambda: None, location=vnet.location, provider=NETWORK)
    return Answer(202, None, operation.headers(location=True, retry_after=10))


def _check_unused(lab: Lab, subnet: Resource) -> None:
    for nic in lab.store.list(NIC):
        for config in nic.properties["ipConfigurations"]:
            if _in(config, subnet):
                raise errors.SUBNET_IN_USE(subnet=subnet.name, user=config["id"])


def _vnet(call: Call) -> Resource:
    vnet = call.lab.store.find(call.id(VNET, call.path["vnet"]))
    if vnet is None:
        raise errors.NO_RESOURCE(type=VNET, name=call.path["vnet"], group=call.group)
    return vnet


def _subnet(call: Call) -> Resource:
    subnet = call.lab.store.find(f"{_vnet(call).id}/subnets/{call.name}")
    if subnet is None:
        raise errors.NO_ENTITY()
    return subnet


def put_subnet(call: Call) -> Answer:
    """Create or change one subnet."""
    with call.lab.store.lock:
        vnet = _vnet(call)
        known = call.lab.store.find(f"{vnet.id}/subnets/{call.name}") is not None
        subnet = _save_subnet(call.lab, vnet, call.name, call.body.get("properties") or {})
        answer = _subnet_view(call.lab, subnet)
    return _done(call, answer, known, vnet.location, "subnets")


def get_subnet(call: Call) -> Answer:
    """One subnet."""
    return Answer(200, _subnet_view(call.lab, _subnet(call)))


def list_subnets(call: Call) -> Answer:
    """The subnets of a virtual network."""
    return Answer(200, {"value": [_subnet_view(call.lab, each) for each in _subnets(call.lab, _vnet(call))]})


def delete_subnet(call: Call) -> Answer:
    """Delete a subnet that nobody uses."""
    lab = call.lab
    with lab.store.lock:
        vnet = _vnet(call)
        subnet = lab.store.find(f"{vnet.id}/subnets/{call.name}")
        if subnet is None:
            return Answer(204)
        _check_unused(lab, subnet)
        lab.store.delete(subnet.id)
    operation = lab.operations.begin(call, lambda: None, location=vnet.location, provider=NETWORK)
    return Answer(202, None, operation.headers(location=True, retry_after=10))


# --- network interfaces -----------------------------------------------------------------------------------------------------------
def put_nic(call: Call) -> Answer:
    """Create or change a network interface."""
    location, tags = location_of(call.body, NIC), checked_tags(call.body)
    with call.lab.store.lock:
        known = call.lab.store.find(call.id(NIC)) is not None
        nic = save_nic(call.lab, call.id(NIC), location, tags, call.body.get("properties") or {})
    return _done(call, nic.body, known, location, "networkInterfaces")


def save_nic(lab: Lab, id: str, location: str, tags: dict[str, str] | None, given: dict[str, Any]) -> Resource:
    """Give an interface its addresses and store it."""
    configs = given.get("ipConfigurations") or []
    if not configs:
        raise errors.MISSING(parameter="ipConfigurations")
    known = lab.store.find(id)
    parts = id.split("/")
    nic = known or Resource(id, NIC, parts[4], parts[8], {})
    had = {config["name"]: config["properties"] for config in nic.properties.get("ipConfigurations", [])} if known else {}
    nic.body = {"name": nic.name, "id": id, "etag": _etag(), "location": location, "type": NIC, "kind": "Regular"}
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
    address = wanted.get("privateIPAddress") or kept or _free_address(lab, subnet)
    return {
        "name": given["name"],
        "id": f"{nic.id}/ipConfigurations/{given['name']}",
        "etag": _etag(),
        "type": f"{NIC}/ipConfigurations",
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": address,
            "privateIPAllocationMethod": wanted.get("privateIPAllocationMethod", "Dynamic"),
            "subnet": {"id": subnet.id},
            "primary": bool(wanted.get("primary", first)),
            "privateIPAddressVersion": wanted.get("privateIPAddressVersion", "IPv4"),
        },
    }


def _free_address(lab: Lab, subnet: Resource) -> str:
    prefix = subnet.properties["addressPrefix"]
    taken = {
        config["properties"]["privateIPAddress"]
        for nic in lab.store.list(NIC)
        for config in nic.properties["ipConfigurations"]
        if _in(config, subnet)
    }
    network = ipaddress.ip_network(prefix)
    for number in range(_RESERVED, network.num_addresses - 1):
        if str(network[number]) not in taken:
            return str(network[number])
    raise errors.SUBNET_FULL(subnet=subnet.name, prefix=prefix)


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
            raise errors.NIC_DELETE(nic=nic.id, vm=nic.hidden["vm"])
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


_SUBNET_PATH = in_group(NETWORK, "virtualNetworks/{vnet}/subnets/{name}")
ROUTES = [
    Route("PUT", _VNET_PATH, put_vnet, "vnet.put"),
    Route("GET", _VNET_PATH, get_vnet, "vnet.get"),
    Route("DELETE", _VNET_PATH, delete_vnet, "vnet.delete"),
    Route("GET", in_group(NETWORK, "virtualNetworks"), listing(VNET, _vnet_view), "vnet.list"),
    Route("GET", in_subscription(NETWORK, "virtualNetworks"), listing(VNET, _vnet_view), "vnet.list"),
    Route("PUT", _SUBNET_PATH, put_subnet, "subnet.put"),
    Route("GET", _SUBNET_PATH, get_subnet, "subnet.get"),
    Route("DELETE", _SUBNET_PATH, delete_subnet, "subnet.delete"),
    Route("GET", in_group(NETWORK, "virtualNetworks/{vnet}/subnets"), list_subnets, "subnet.list"),
    Route("PUT", _NIC_PATH, put_nic, "nic.put"),
    Route("GET", _NIC_PATH, get_nic, "nic.get"),
    Route("DELETE", _NIC_PATH, delete_nic, "nic.delete"),
    Route("GET", in_group(NETWORK, "networkInterfaces"), listing(NIC, _nic_view), "nic.list"),
    Route("GET", in_subscription(NETWORK, "networkInterfaces"), listing(NIC, _nic_view), "nic.list"),
]
