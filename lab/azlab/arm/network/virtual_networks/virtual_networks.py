"""Virtual networks, with the properties that a VM needs to get an address."""

from __future__ import annotations

from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import NETWORK
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.network.common import VERSIONS, VNET, NetworkState, deleted, etag, networks_of, saved
from azlab.arm.network.subnets.subnets import check_unused, save_subnet, subnets_of
from azlab.arm.network.subnets.subnets import view as subnet_view
from azlab.store import Resource


def put(call: Call) -> Answer:
    """Create a virtual network with its subnets, or replace it. Subnets that the request does not name are kept."""
    lab, body = call.lab, call.body
    location, tags = location_of(body, VNET), checked_tags(body)
    given = body.get("properties") or {}
    prefixes = (given.get("addressSpace") or {}).get("addressPrefixes") or []
    if not prefixes:
        raise parameter_errors.MISSING(parameter="addressSpace.addressPrefixes")
    networks_of(prefixes, call.name)
    with lab.store.atomic():
        known = lab.store.find(call.id(VNET))
        vnet = known or Resource(call.id(VNET), VNET, call.group, call.name, {})
        state = NetworkState.of(vnet)
        vnet.body = {"name": call.name, "id": vnet.id, "etag": etag(), "type": VNET, "location": location}
        if tags is not None:
            vnet.body["tags"] = tags
        vnet.body["properties"] = {
            "provisioningState": "Succeeded",
            "resourceGuid": state.guid,
            "addressSpace": {"addressPrefixes": prefixes},
            "virtualNetworkPeerings": [],
            "enableDdosProtection": False,
        }
        lab.store.put(state.keep(vnet))
        for each in given.get("subnets") or []:
            save_subnet(lab, vnet, each["name"], each.get("properties") or {})
        answer = view(lab, vnet)
    return saved(call, answer, known is not None, location)


def view(lab: Lab, vnet: Resource) -> Json:
    """The virtual network as a GET shows it, with its subnets."""
    properties = {**vnet.properties, "subnets": [subnet_view(lab, each) for each in subnets_of(lab, vnet)]}
    return {**vnet.body, "properties": properties}


def delete(call: Call) -> Answer:
    """Delete a virtual network with its subnets. Refused while an IP configuration uses one of the subnets."""
    lab = call.lab
    with lab.store.lock:
        vnet = lab.store.find(call.id(VNET))
        if vnet is None:
            return Answer(204)
        subnets = subnets_of(lab, vnet)
        for subnet in subnets:
            check_unused(lab, subnet)
        for subnet in subnets:
            lab.store.delete(subnet.id)
        lab.store.delete(vnet.id)
    return deleted(call, vnet.location)


_PATH = in_group(NETWORK, "virtualNetworks/{name}")

TYPE = ResourceType(
    namespace=NETWORK,
    name="virtualNetworks",
    op="vnet",
    versions=VERSIONS,
    routes=(Route("PUT", _PATH, put, "vnet.put"), Route("DELETE", _PATH, delete, "vnet.delete")),
    view=view,
)
