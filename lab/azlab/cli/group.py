"""`azlab group ...`: the resource groups that hold every other resource."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

from azlab.cli.failed import CommandFailed
from azlab.client import GROUPS_VERSION, LabClient, RequestFailed
from azlab.settings import command

_NAME = re.compile(r"[\w.()-]{0,89}[\w()-]")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise CommandFailed(
            f"the name of a resource group must have 1 to 90 letters, digits and characters of -_.() and no period at its end, not {name!r}"
        )
    return name


def existing(client: LabClient, name: str) -> dict[str, Any]:
    """The resource group with this name; raises CommandFailed if there is none."""
    group = client.find_group(_checked(name))
    if group is None:
        see, make = (command(client.state, words) for words in ("group list", "group create"))
        raise CommandFailed(f"there is no resource group {name}: see `{see}`, or create it with `{make}`")
    return group


def create(options: argparse.Namespace) -> None:
    """Create a resource group unless it exists, and print its id."""
    client, name = LabClient(options.state), _checked(options.name)
    there = client.find_group(name)
    if there is not None and there["location"] != options.location.lower().replace(" ", ""):
        raise CommandFailed(
            f"the resource group {there['name']} exists in {there['location']}, not in {options.location}: choose another name"
        )
    try:
        print(there["id"] if there else client.put_group(name, options.location))
    except RequestFailed as error:
        raise CommandFailed(f"the resource group {name} could not be created: {error}") from None


def delete(options: argparse.Namespace) -> None:
    """Delete a resource group with everything in it."""
    client = LabClient(options.state)
    group = existing(client, options.name)
    try:
        client.delete(f"resourceGroups/{group['name']}", GROUPS_VERSION)
    except RequestFailed as error:
        raise CommandFailed(f"the resource group {group['name']} could not be deleted: {error}") from None
    print(f"deleted {group['id']}")


def list_groups(options: argparse.Namespace) -> None:
    """Print the resource groups: name and region, or as JSON name, location and id."""
    groups = LabClient(options.state).get("resourceGroups", GROUPS_VERSION)["value"]
    facts = [{key: group[key] for key in ("name", "location", "id")} for group in groups]
    if options.json:
        print(json.dumps(facts, indent=2))
        return
    for each in facts:
        print(f"{each['name']}\t{each['location']}")
