# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that remove what identifies this machine: the agent's state, accounts, traces (see targets.py) and the machine-id."""

from __future__ import annotations

import os
import re
import subprocess

from accounts import password_hashes, root_is_locked
from agent import is_usable
from hosts import without_own_names
from machine import Machine
from obstacles import blocking
from screens import screened
from sudoers import remove_rights
from system import NotSealed, replace_text, rewrite, run, succeeds
from targets import EDIT, carry_out, removable

FAILED_DEPROVISION = re.compile(r"Failed to run|Traceback|usage:", re.IGNORECASE)
AGENT_FOLDERS = ("/var/lib/waagent", "/var/log/azure", "/var/lib/dhclient", "/var/lib/dhcpcd", "/var/lib/dhcp")
"""Folders that the agent empties itself, without a look at what is mounted there."""


def deprovision_agent(machine: Machine) -> None:
    """Let the Azure Linux agent remove its own state. It always exits with 0, so its output is searched for errors.

    If the owner has waived the check of the agent, it may be missing or broken: the traces are removed without it.
    """
    if "agent" in machine.waived and not is_usable():
        return
    resolver = os.readlink("/etc/resolv.conf") if os.path.islink("/etc/resolv.conf") else None
    with screened(AGENT_FOLDERS):
        done = subprocess.run(
            ["waagent", "-force", "-deprovision"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
        )  # fmt: skip
    if done.returncode or FAILED_DEPROVISION.search(done.stdout):
        raise NotSealed(f"waagent -deprovision failed with exit status {done.returncode}; its output ends with: {done.stdout[-200:]}")
    if resolver and not os.path.lexists("/etc/resolv.conf"):
        os.symlink(resolver, "/etc/resolv.conf")  # the agent removed a link of the distribution


def remove_accounts(machine: Machine) -> None:
    """Remove everything in the table of targets, then the rights and the accounts of people, and lock the account of root.

    The table is read while the accounts still exist. `userdel` deletes no home: it would follow mounts and shared homes.
    """
    found = blocking(machine)
    if found:
        raise NotSealed(f"{found[0]}: this was not so in the rehearsal, and nothing was deleted yet")
    for target in removable(machine):
        carry_out(target, machine)
    remove_rights(machine)
    for user in machine.users:
        succeeds("userdel", user)  # it may object to the user's group; the check looks for accounts and groups
    if not root_is_locked() or "root" in password_hashes():  # the field of a locked account may still hold a hash
        run("usermod", "--password", "*", "root")


def remove_traces(machine: Machine) -> None:
    """Remove what has appeared since, such as the copies that userdel makes of the account files, and the names of this machine."""
    for target in removable(machine):
        carry_out(target, machine)
    remove_names(machine)


def remove_names(machine: Machine) -> None:
    """Remove the names of this machine from the files that hold them, and its temporary disk from /etc/fstab."""
    paths = {target.path for target in removable(machine) if target.action == EDIT}
    for path, change in (
        ("/etc/hosts", lambda line: without_own_names(line, machine.own_names, machine.own_addresses)),
        ("/etc/mailname", lambda line: "localhost" if line.split(".")[0] in machine.own_names else line),
        ("/etc/fstab", lambda line: None if "comment=cloudconfig" in line else line),
    ):
        if path in paths:
            rewrite(path, change)
    if "/etc/hostname" in paths:
        replace_text("/etc/hostname", "localhost\n")


def clear_machine_id(machine: Machine) -> None:
    """Empty the machine-id, so that systemd makes a new one at the next start, but does not treat that start as a first boot.

    It is overwritten with zeros first, so that its block on the disk does not keep it.
    """
    with open("/etc/machine-id", "r+b", buffering=0) as file:
        file.write(b"\0" * 33)
        os.fsync(file.fileno())
        file.truncate(0)
