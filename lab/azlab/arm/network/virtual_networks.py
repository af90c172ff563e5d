"""Virtual networks and their subnets, as far as an address for a VM takes."""

from __future__ import annotations

import ipaddress
import uuid
from typing import Any

from azlab.arm.compute.crud import get, listing
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import NETWORK, Answer, Call, Route, checked_tags, in_group, in_subscription, location_of
from azlab.arm.network import errors as network_errors
from azlab.arm.network.common import NIC, SUBNET, VNET, etag, lies_in, settled
from azlab.store import Resource


def _prefixes(values: list[str], resource: str) -> list[Any]:
    try:
        return [ipaddress.ip_network(value) for value in values]
    except ValueError:
        raise network_errors.BAD_PREFIX(prefix=",".join(map(str, values)), resource=resource) from None


def put_vnet(call: Call) -> Answer:
    """Create a virtual network with its subnets, or change it."""
    lab, body = call.lab, call.body
    location, tags = location_of(body, VNET), checked_tags(body)
    given = body.get("properties") or {}
    prefixes = (given.get("addressSpace") or {}).get("addressPrefixes") or []
    if not prefixes:
        raise errors.MISSING(parameter="addressSpace.addressPrefixes")
    _prefixes(prefixes, call.name)
    with lab.store.atomic():
        known = lab.store.find(call.id(VNET))
        vnet = known or Resource(call.id(VNET), VNET, call.group, call.name, {})
        vnet.body = {"name": call.name, "id": vnet.id, "etag": etag(), "type": VNET, "location": location}
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
    return settled(call, answer, known is not None, location)


def _save_subnet(lab: Lab, vnet: Resource, name: str, given: dict[str, Any]) -> Resource:
    prefix = given.get("addressPrefix") or (given.get("addressPrefixes") or [None])[0]
    if not prefix:
        raise errors.MISSING(parameter="addressPrefix")
    network = _prefixes([prefix], name)[0]
    spaces = _prefixes(vnet.properties["addressSpace"]["addressPrefixes"], vnet.name)
    if not any(network.version == space.version and network.subnet_of(space) for space in spaces):
        raise network_errors.SUBNET_OUTSIDE(subnet=name, network=vnet.name)
    id = f"{vnet.id}/subnets/{name}"
    known = lab.store.find(id)
    subnet = known or Resource(id, SUBNET, vnet.group, name, {})
    subnet.body = {
        "name": name,
        "id": id,
        "etag": etag(),
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
    users = [config for nic in lab.store.list(NIC) for config in nic.properties["ipConfigurations"] if lies_in(config, subnet)]
    body = {**subnet.body, "properties": {**subnet.properties}}
    if users:
        body["properties"]["ipConfigurations"] = [{"id": config["id"]} for config in users]
    return body


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
            if lies_in(config, subnet):
                raise network_errors.SUBNET_IN_USE(subnet=subnet.name, user=config["id"])


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
    return settled(call, answer, known, vnet.location)


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


_VNET_PATH = in_group(NETWORK, "virtualNetworks/{name}")
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
]
