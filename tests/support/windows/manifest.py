# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what ansible-core sends to a Windows host: the manifest of a module, or an encoded command.

The manifest has this form since ansible-core 2.19 (executor/powershell/module_manifest.py): the JSON of the bootstrap script, a line of
four null bytes, and the JSON of the actions, the last of which names the module and carries its parameters. That of 2.16 differs and is
refused.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

_END_OF_BOOTSTRAP = b"\n\0\0\0\0\n"


@dataclass(frozen=True)
class Sent:
    """A module with its parameters, those of Ansible (``_ansible_check_mode`` ...) among them."""

    module: str
    parameters: dict[str, Any]


def module(data: bytes) -> Sent | None:
    """The module in the input of a command; None if it is the input of one of ansible-core's own scripts."""
    actions = manifest(data)["actions"]
    last = actions[-1]["params"]
    if others := [each["name"] for each in actions[:-1]]:
        raise ValueError(f"the simulated guest does not know the wrappers {', '.join(others)} (become, async)")
    if "Variables" not in last:
        return None
    variables = {each["Name"]: each["Value"] for each in last["Variables"]}
    return Sent(re.sub(r"\.ps1$", "", last["Script"]), variables["complex_args"])


def script(data: bytes) -> tuple[str, dict[str, Any]]:
    """The name and the parameters of one of ansible-core's own scripts."""
    action = manifest(data)["actions"][-1]
    return action["name"], action["params"]


def manifest(data: bytes) -> dict[str, Any]:
    """The JSON of the actions."""
    _bootstrap, found, rest = data.partition(_END_OF_BOOTSTRAP)
    if not found:
        raise ValueError("the input is not a manifest of ansible-core 2.19 or later")
    read: dict[str, Any] = json.loads(rest.partition(_END_OF_BOOTSTRAP)[0])
    return read


def replaced(data: bytes, read: dict[str, Any]) -> bytes:
    """The input of a command with another manifest."""
    bootstrap, end, _rest = data.partition(_END_OF_BOOTSTRAP)
    return bootstrap + end + json.dumps(read).encode()


def encoded_command(command: str) -> str | None:
    """The script in a command line with -EncodedCommand, or None."""
    found = re.search(r"-EncodedCommand\s+([A-Za-z0-9+/=]+)", command, re.IGNORECASE)
    return base64.b64decode(found[1]).decode("utf-16-le") if found else None
