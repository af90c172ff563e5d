"""The private address and the MAC of a network interface."""

from __future__ import annotations

import hashlib
import ipaddress

from azlab.arm.core import parameter_errors
from azlab.arm.core.lab import Lab
from azlab.arm.network import errors as network_errors
from azlab.arm.network.common import NIC, is_in
from azlab.store import Resource

_RESERVED = 4
"""Azure keeps the network's address and the first three hosts of each subnet for itself, and the last address too."""


def _taken(lab: Lab, subnet: Resource) -> dict[str, tuple[str, str]]:
    """The addresses in use: address -> the id of the IP configuration that has it, and the id of its interface."""
    return {
        config["properties"]["privateIPAddress"]: (config["id"], nic.id)
        for nic in lab.store.list(NIC)
        for config in nic.properties["ipConfigurations"]
        if is_in(config, subnet)
    }


def static_address(lab: Lab, nic: Resource, subnet: Resource, wanted: str) -> str:
    """The address that the request names. It must be in the subnet, not reserved, and not in use."""
    prefix = subnet.properties["addressPrefix"]
    network = ipaddress.ip_network(prefix)
    try:
        address = ipaddress.ip_address(wanted)
    except ValueError:
        raise parameter_errors.BAD_VALUE(value=wanted, parameter="privateIPAddress", target="privateIPAddress") from None
    if address not in network:
        raise network_errors.ADDRESS_OUTSIDE(address=wanted, prefix=prefix)
    if not _RESERVED <= int(address) - int(network.network_address) < network.num_addresses - 1:
        raise network_errors.ADDRESS_RESERVED(address=wanted, prefix=prefix)
    config, user = _taken(lab, subnet).get(str(address), ("", ""))
    if user and user.lower() != nic.id.lower():
        raise network_errors.ADDRESS_IN_USE(config=config, address=wanted, user=user)
    return str(address)


def free_address(lab: Lab, subnet: Resource) -> str:
    """The first address of the subnet that is not in use."""
    prefix, taken = subnet.properties["addressPrefix"], _taken(lab, subnet)
    network = ipaddress.ip_network(prefix)
    for number in range(_RESERVED, network.num_addresses - 1):
        if str(network[number]) not in taken:
            return str(network[number])
    raise network_errors.SUBNET_FULL(subnet=subnet.name, prefix=prefix)


def mac_of(id: str) -> str:
    """A MAC in Microsoft's own range, always the same for the same interface."""
    digest = hashlib.sha256(id.lower().encode()).hexdigest().upper()
    return f"00-0D-3A-{digest[0:2]}-{digest[2:4]}-{digest[4:6]}"
