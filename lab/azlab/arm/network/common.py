"""Names and helpers that virtual networks, subnets and network interfaces share."""

from __future__ import annotations

import ipaddress
import uuid
from dataclasses import dataclass

from azlab.arm.core.ids import NETWORK
from azlab.arm.core.json import Json
from azlab.arm.core.state import State
from azlab.arm.http.calls import Answer, Call
from azlab.arm.http.long_running import NETWORK_OPERATIONS, accepted
from azlab.arm.network import errors as network_errors
from azlab.store import Resource

VERSIONS = ("2024-05-01", "2023-11-01", "2022-07-01", "2020-11-01")
"""The api-versions that Microsoft.Network reports for its types, the newest first."""
VNET, SUBNET, NIC = f"{NETWORK}/virtualNetworks", f"{NETWORK}/virtualNetworks/subnets", f"{NETWORK}/networkInterfaces"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass
class NetworkState(State):
    """Facts about a virtual network or a network interface that only the lab keeps."""

    guid: str = ""
    """The resourceGuid, which stays the same when the resource is replaced."""
    vm: str | None = None
    """The id of the VM that a network interface is attached to."""

    def __post_init__(self) -> None:
        self.guid = self.guid or str(uuid.uuid4())


def etag() -> str:
    """A new etag."""
    return f'W/"{uuid.uuid4()}"'


def _nothing() -> None:
    """The work of an operation on a network: all is done before the operation begins."""


def saved(call: Call, body: Json, known: bool, location: str) -> Answer:
    """The answer to a PUT. The resource is stored already; the operation that the answer names has nothing left to do."""
    shown = {**body, "properties": {**body["properties"], "provisioningState": "Updating"}}
    return accepted(call, _nothing, location, status=200 if known else 201, body=shown, kind=NETWORK_OPERATIONS, retry_after=3)


def deleted(call: Call, location: str) -> Answer:
    """The answer to a DELETE of a resource that is deleted already."""
    return accepted(call, _nothing, location, kind=NETWORK_OPERATIONS, retry_after=10)


def is_in(config: Json, subnet: Resource) -> bool:
    """Whether an IP configuration has its address from this subnet."""
    return str((config["properties"].get("subnet") or {}).get("id", "")).lower() == subnet.id.lower()


def networks_of(prefixes: list[str], resource: str) -> list[Network]:
    """Address prefixes as networks. `resource` is the name of the resource that they belong to."""
    try:
        return [ipaddress.ip_network(prefix) for prefix in prefixes]
    except ValueError:
        raise network_errors.BAD_PREFIX(prefix=",".join(map(str, prefixes)), resource=resource) from None
