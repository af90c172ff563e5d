# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Azure Linux agent: it must work when it is asked to remove its state, and must not wait on a clone for a key that is never made."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

from machine import Machine
from report import UNPROVEN, Check, Finding
from system import output, read

ANSWER = re.compile(r"^WALinuxAgent-\d", re.MULTILINE)
SETTINGS = "/etc/waagent.conf"
KEY_UNITS = tuple(f"/usr/lib/systemd/system/sshd-keygen{kind}.service" for kind in ("", "@"))
"""Units with which some distributions make all kinds of host keys by themselves."""
TYPES_OF_CLOUD_INIT = """
import json
from cloudinit import settings, util
print(json.dumps(util.read_conf_with_confd(settings.CLOUD_CONFIG).get("ssh_genkeytypes", ["rsa", "ecdsa", "ed25519"])))
"""


def broken_agents(machine: Machine) -> Iterator[Finding]:
    """The agent, if it does not even tell its version, as after an upgrade of Python without its modules."""
    if not ANSWER.search(output("waagent", "-version")):
        yield Finding("waagent -version does not answer with a version")


def missing_host_keys(machine: Machine) -> Iterator[Finding]:
    """The host key for which the agent waits on a clone, if cloud-init does not make it."""
    wanted = awaited_type()
    made = types_of_cloud_init()
    if made is None:
        yield Finding("the Python of the system has no module of cloud-init that tells which SSH host keys it makes", UNPROVEN)
    elif wanted not in made and not any(map(os.path.exists, KEY_UNITS)):
        kinds = ", ".join(made) or "none"
        yield Finding(f"the agent waits for an SSH host key of the type {wanted} ({SETTINGS}), and cloud-init makes {kinds}")


def awaited_type() -> str:
    """The type of the host key for which the agent waits."""
    found = re.findall(r"^Provisioning\.SshHostKeyPairType\s*=\s*(\w+)", read(SETTINGS), re.MULTILINE)
    return "rsa" if not found or found[-1] == "auto" else found[-1]


def types_of_cloud_init() -> list[str] | None:
    """The types of host keys that cloud-init makes; None if it cannot be asked."""
    answer = output("python3", "-c", TYPES_OF_CLOUD_INIT)
    if not answer:
        return None
    types = json.loads(answer)
    return types if isinstance(types, list) else re.split(r"[,\s]+", types or "")


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
        look=missing_host_keys,
    ),
)
