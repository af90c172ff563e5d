"""`azlab network ...`: a virtual network with one subnet, which a VM needs for its address."""

from __future__ import annotations

import argparse
import re
from typing import Any

from azlab.cli.failed import CommandFailed
from azlab.cli.group import existing
from azlab.client import SUBNET, LabClient, RequestFailed

_NAME = re.compile(r"[^\W_]([\w.-]{0,62}\w)?", re.ASCII)


def create(options: argparse.Namespace) -> None:
    """Create a virtual network unless it exists, and print the id of its subnet `default`."""
    if not _NAME.fullmatch(options.name):
        raise CommandFailed(
            "the name of a virtual network must have 1 to 64 letters, digits and characters of -_. and must begin with a letter or"
            f" a digit and not end with one of -., not {options.name!r}"
        )
    client = LabClient(options.state)
    group = existing(client, options.resource_group)
    network = client.find_network(group["name"], options.name)
    try:
        print(_subnet_of(network) if network else client.put_subnet(group["name"], options.name, location=group["location"]))
    except RequestFailed as error:
        raise CommandFailed(f"the virtual network {options.name} could not be created: {error}") from None


def _subnet_of(network: dict[str, Any]) -> str:
    """The id of the subnet `default` of a network that exists."""
    subnets = {each["name"].lower(): str(each["id"]) for each in network["properties"]["subnets"]}
    if SUBNET not in subnets:
        has = ", ".join(sorted(subnets)) or "none"
        raise CommandFailed(
            f"the virtual network {network['name']} exists and has no subnet {SUBNET}: its subnets are {has}; choose another name"
        )
    return subnets[SUBNET]
