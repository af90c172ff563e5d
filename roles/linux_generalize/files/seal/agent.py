# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Azure Linux agent: it must work when it is asked to remove its state, and must not wait on a clone for a key that is never made."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

from cloud_init import judged
from machine import Machine
from provisioning import agent_settings
from report import Check, Finding
from system import output, read

ANSWER = re.compile(r"^WALinuxAgent-\d", re.MULTILINE)
SETTINGS = "/etc/waagent.conf"
KEY_UNITS = tuple(f"/usr/lib/systemd/system/sshd-keygen{kind}.service" for kind in ("", "@"))
"""Units with which some distributions make all kinds of host keys by themselves."""
TYPES_OF_CLOUD_INIT = ("rsa", "ecdsa", "ed25519")
"""The types of host keys that cloud-init makes by default."""


def is_usable() -> bool:
    """Whether the agent tells its version."""
    return bool(ANSWER.search(output("waagent", "-version")))


def broken_agents(machine: Machine) -> Iterator[Finding]:
    """The agent, if it does not even tell its version, as after an upgrade of Python without its modules."""
    if not shutil.which("waagent"):
        yield Finding("the Azure Linux agent (waagent) is not installed")
    elif not is_usable():
        yield Finding("waagent -version does not answer with a version")


def missing_host_keys(known: dict[str, Any]) -> Iterator[Finding]:
    """The host key for which the agent waits on a clone, if cloud-init does not make it."""
    wanted = awaited_type()
    made = known["merged"].get("ssh_genkeytypes", TYPES_OF_CLOUD_INIT) or ()
    types = re.split(r"[,\s]+", made) if isinstance(made, str) else made
    if wanted not in types and not any(map(os.path.exists, KEY_UNITS)):
        yield Finding(
            f"the agent waits for an SSH host key of the type {wanted} ({SETTINGS}), and cloud-init makes {', '.join(types) or 'none'}"
        )


def awaited_type() -> str:
    """The type of the host key for which the agent waits."""
    found = agent_settings(read(SETTINGS)).get("Provisioning.SshHostKeyPairType", "auto")
    return "rsa" if found == "auto" else found


CHECKS = (
    Check(
        id="agent",
        fine="the Azure Linux agent answers",
        why="it could not remove its own state, and a clone would not report to Azure",
        mend="install the package of the agent again (waagent -version must print a version)",
        source="https://github.com/Azure/WALinuxAgent/issues/3386",
        look=broken_agents,
    ),
    Check(
        id="agent_host_key",
        fine="cloud-init makes the SSH host key for which the Azure Linux agent waits",
        why="the agent of a clone would wait for half an hour, and Azure would report that provisioning has failed",
        mend="set Provisioning.SshHostKeyPairType in /etc/waagent.conf to a type in ssh_genkeytypes of cloud-init's configuration",
        source="https://github.com/Azure/WALinuxAgent/blob/master/azurelinuxagent/pa/provision/cloudinit.py",
        look=judged(missing_host_keys),
    ),
)
