"""`azlab group ...`: the resource groups that everything else lies in."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

from azlab.client import ControlPlane, RequestFailed
from azlab.settings import command

VERSION = "2021-04-01"
_NAME = re.compile(r"[\w.()-]{0,89}[\w()-]")


def _checked(name: str) -> str:
    from azlab.cli.main import CommandFailed

    if not _NAME.fullmatch(name):
        raise CommandFailed(
            f"the name of a resource group must have 1 to 90 letters, digits and characters of -_.() and no period at its end, not {name!r}"
        )
    return name


def existing(plane: ControlPlane, name: str) -> dict[str, Any]:
    """The resource group with this name."""
    from azlab.cli.main import CommandFailed

    group = plane.find(f"resourceGroups/{_checked(name)}", VERSION)
    if group is None:
        see, make = (command(plane.state, words) for words in ("group list", "group create"))
        raise CommandFailed(f"there is no resource group {name}: see `{see}`, or make it with `{make}`")
    return group


def create(options: argparse.Namespace) -> None:
    """Make a resource group if it is not there, and print its id."""
    from azlab.cli.main import CommandFailed

    plane, name = ControlPlane(options.state), _checked(options.name)
    there = plane.find(f"resourceGroups/{name}", VERSION)
    if there is not None and there["location"] != options.location.lower().replace(" ", ""):
        raise CommandFailed(
            f"the resource group {there['name']} exists in {there['location']}, not in {options.location}: choose another name"
        )
    try:
        group = there or plane.put(f"resourceGroups/{name}", VERSION, {"location": options.location})
    except RequestFailed as error:
        raise CommandFailed(f"the resource group {name} could not be made: {error}") from None
    print(group["id"])


def delete(options: argparse.Namespace) -> None:
    """Delete a resource group with everything in it."""
    from azlab.cli.main import CommandFailed

    plane = ControlPlane(options.state)
    group = existing(plane, options.name)
    try:
        plane.delete(f"resourceGroups/{group['name']}", VERSION)
    except RequestFailed as error:
        raise CommandFailed(f"the resource group {group['name']} could not be deleted: {error}") from None
    print(f"deleted {group['id']}")


def list_groups(options: argparse.Namespace) -> None:
    """Print the resource groups."""
    groups = ControlPlane(options.state).get("resourceGroups", VERSION)["value"]
    facts = [{key: group[key] for key in ("name", "location", "id")} for group in groups]
    if options.json:
        print(json.dumps(facts, indent=2))
        return
    for each in facts:
        print(f"{each['name']}\t{each['location']}")
