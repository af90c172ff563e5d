"""`azlab network ...`: a virtual network with one subnet, which is what a VM needs for its address."""

from __future__ import annotations

import argparse
import re
from typing import Any

from azlab.cli import group as cli_group
from azlab.client import ControlPlane, RequestFailed

VERSION = "2023-11-01"
SUBNET = "default"
_NAME = re.compile(r"[^\W_]([\w.-]{0,62}\w)?", re.ASCII)


def network(location: str, subnet: str = SUBNET) -> dict[str, Any]:
    """The body of a virtual network with one subnet."""
    subnets = [{"name": subnet, "properties": {"addressPrefix": "10.0.0.0/24"}}]
    return {"location": location, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}}


def create(options: argparse.Namespace) -> None:
    """Make a virtual network if it is not there, and print the id of its subnet."""
    from azlab.cli.main import CommandFailed

    if not _NAME.fullmatch(options.name):
        raise CommandFailed(
            "the name of a virtual network must have 1 to 64 letters, digits and characters of -_. and must begin with a letter or"
            f" a digit and not end with one of -., not {options.name!r}"
        )
    plane = ControlPlane(options.state)
    group = cli_group.existing(plane, options.resource_group)
    path = f"resourceGroups/{group['name']}/providers/Microsoft.Network/virtualNetworks/{options.name}"
    try:
        found = plane.find(path, VERSION) or plane.put(path, VERSION, network(group["location"]))
    except RequestFailed as error:
        raise CommandFailed(f"the virtual network {options.name} could not be made: {error}") from None
    subnets = {each["name"].lower(): each["id"] for each in found["properties"]["subnets"]}
    if SUBNET not in subnets:
        has = ", ".join(sorted(subnets)) or "none"
        raise CommandFailed(
            f"the virtual network {found['name']} exists and has no subnet {SUBNET}: its subnets are {has}; choose another name"
        )
    print(subnets[SUBNET])
