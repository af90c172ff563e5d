"""Refusals of Microsoft.Network."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ISSUE

ADDRESS_OUTSIDE = Refusal(
    400,
    "PrivateIPAddressNotInSubnet",
    "Private static IP address {address} does not belong to the range of subnet prefix {prefix}.",
    ISSUE,
)
ADDRESS_RESERVED = Refusal(
    400,
    "PrivateIPAddressInReservedRange",
    "Private static IP address {address} falls within reserved IP range of subnet prefix {prefix}.",
    ISSUE,
)
ADDRESS_IN_USE = Refusal(
    400,
    "PrivateIPAddressInUse",
    "IP configuration {config} is using the private IP address {address} which is already allocated to resource {user}.",
    ISSUE,
)
NIC_DELETE = Refusal(
    400,
    "NicInUse",
    "Network Interface {nic} is used by existing resource {vm}. In order to delete the network interface, it must be dissociated from the"
    " resource. To learn more, see aka.ms/deletenic.",
    ISSUE,
)
SUBNET_IN_USE = Refusal(
    400,
    "InUseSubnetCannotBeDeleted",
    "Subnet {subnet} is in use by {user} and cannot be deleted."
    " In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
    ISSUE,
)
SUBNET_FULL = Refusal(
    400, "SubnetIsFull", "Subnet {subnet} with address prefix {prefix} does not have enough capacity for 1 IP addresses.", ISSUE
)
BAD_PREFIX = Refusal(400, "InvalidCIDRNotation", "The address prefix {prefix} in resource {resource} is not a valid CIDR notation.", ISSUE)
SUBNET_OUTSIDE = Refusal(
    400,
    "NetcfgInvalidSubnet",
    "Subnet '{subnet}' is not valid because its IP address range is outside the IP address range of virtual network '{network}'.",
    ISSUE,
)
