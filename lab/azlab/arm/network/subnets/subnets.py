"""Subnets of virtual networks."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import NETWORK
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.types import ResourceType
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.network import errors as network_errors
from azlab.arm.network.common import NIC, SUBNET, VERSIONS, VNET, Network, deleted, etag, is_in, networks_of, saved
from azlab.store import Resource


def save_subnet(lab: Lab, vnet: Resource, name: str, given: Json) -> Resource:
    """Create or replace a subnet. `given` is the `properties` of the request."""
    prefix = given.get("addressPrefix") or (given.get("addressPrefixes") or [None])[0]
    if not prefix:
        raise parameter_errors.MISSING(parameter="addressPrefix")
    _check_inside(vnet, name, prefix)
    id = f"{vnet.id}/subnets/{name}"
    subnet = lab.store.find(id) or Resource(id, SUBNET, vnet.group, name, {})
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


def _check_inside(vnet: Resource, name: str, prefix: str) -> None:
    """Refuse a subnet outside the address space of its virtual network."""
    [network] = networks_of([prefix], name)
    spaces = networks_of(vnet.properties["addressSpace"]["addressPrefixes"], vnet.name)
    if not any(_contains(space, network) for space in spaces):
        raise network_errors.SUBNET_OUTSIDE(subnet=name, network=vnet.name)


def _contains(space: Network, network: Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(space, IPv4Network) and network.subnet_of(space)
    return isinstance(space, IPv6Network) and network.subnet_of(space)


def subnets_of(lab: Lab, vnet: Resource) -> list[Resource]:
    """The subnets of a virtual network."""
    root = f"{vnet.id}/subnets/".lower()
    return [each for each in lab.store.list(SUBNET, vnet.group) if each.id.lower().startswith(root)]


def _configurations(lab: Lab, subnet: Resource) -> list[str]:
    """The ids of the IP configurations that have an address from the subnet."""
    return [config["id"] for nic in lab.store.list(NIC) for config in nic.properties["ipConfigurations"] if is_in(config, subnet)]


def view(lab: Lab, subnet: Resource) -> Json:
    """The subnet as a GET shows it, with the IP configurations that use it."""
    body = {**subnet.body, "properties": {**subnet.properties}}
    users = _configurations(lab, subnet)
    if users:
        body["properties"]["ipConfigurations"] = [{"id": id} for id in users]
    return body


def check_unused(lab: Lab, subnet: Resource) -> None:
    """Refuse to delete a subnet that an IP configuration uses."""
    for user in _configurations(lab, subnet):
        raise network_errors.SUBNET_IN_USE(subnet=subnet.name, user=user)


def _vnet(call: Call) -> Resource:
    vnet = call.lab.store.find(call.id(VNET, call.path["vnet"]))
    if vnet is None:
        raise resource_errors.NO_RESOURCE(type=VNET, name=call.path["vnet"], group=call.group)
    return vnet


def put(call: Call) -> Answer:
    """Create or replace a subnet."""
    with call.lab.store.lock:
        vnet = _vnet(call)
        known = call.lab.store.find(f"{vnet.id}/subnets/{call.name}") is not None
        subnet = save_subnet(call.lab, vnet, call.name, call.body.get("properties") or {})
        body = view(call.lab, subnet)
    return saved(call, body, known, vnet.location)


def show(call: Call) -> Answer:
    """Show one subnet."""
    subnet = call.lab.store.find(f"{_vnet(call).id}/subnets/{call.name}")
    if subnet is None:
        raise resource_errors.NO_ENTITY()
    return Answer(200, view(call.lab, subnet))


def list_subnets(call: Call) -> Answer:
    """List the subnets of a virtual network."""
    return Answer(200, {"value": [view(call.lab, each) for each in subnets_of(call.lab, _vnet(call))]})


def delete(call: Call) -> Answer:
    """Delete a subnet. A subnet that an IP configuration uses is refused."""
    lab = call.lab
    with lab.store.lock:
        vnet = _vnet(call)
        subnet = lab.store.find(f"{vnet.id}/subnets/{call.name}")
        if subnet is None:
            return Answer(204)
        check_unused(lab, subnet)
        lab.store.delete(subnet.id)
    return deleted(call, vnet.location)


_PATH = in_group(NETWORK, "virtualNetworks/{vnet}/subnets/{name}")

TYPE = ResourceType(
    namespace=NETWORK,
    name="virtualNetworks/subnets",
    op="subnet",
    versions=VERSIONS,
    routes=(
        Route("PUT", _PATH, put, "subnet.put"),
        Route("GET", _PATH, show, "subnet.get"),
        Route("DELETE", _PATH, delete, "subnet.delete"),
        Route("GET", in_group(NETWORK, "virtualNetworks/{vnet}/subnets"), list_subnets, "subnet.list"),
    ),
    view=view,
)
