# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that remove what identifies this machine: the agent's state, accounts, traces (see traces.py) and the machine-id."""

from __future__ import annotations

import glob
import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from accounts import people, root_is_locked
from machine import Machine
from mounts import disk_mounts, os_mounts
from removed_files import connections_with_secrets
from report import Check, Finding
from system import NotSealed, remove, rewrite, run, succeeds
from traces import ACCOUNT_TRACES, EMPTIED, HOME_TRACES, REMOVED, TRUNCATED_LOGS

FAILED_DEPROVISION = re.compile(r"Failed to run|Traceback|usage:", re.IGNORECASE)


def deprovision_agent(machine: Machine) -> None:
    """Let the Azure Linux agent remove its own state. It always exits with 0, so its output is searched for errors."""
    resolver = os.readlink("/etc/resolv.conf") if os.path.islink("/etc/resolv.conf") else None
    done = subprocess.run(
        ["waagent", "-force", "-deprovision"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode or FAILED_DEPROVISION.search(done.stdout):
        raise NotSealed(f"waagent -deprovision failed with exit status {done.returncode}; its output ends with: {done.stdout[-200:]}")
    if resolver and not os.path.lexists("/etc/resolv.conf"):
        os.symlink(resolver, "/etc/resolv.conf")  # the agent removed a link of the distribution


def remove_accounts(machine: Machine) -> None:
    """Remove the accounts of people with their homes, mail, jobs and rights, and lock the account of root."""
    for user in machine.users:
        home = pwd.getpwnam(user).pw_dir
        succeeds("userdel", "--force", "--remove", user)  # exits with an error if the user has no mail box; the check looks for accounts
        for folder in ACCOUNT_TRACES:
            remove(f"{folder}/{user}")
        if home.startswith("/home/"):
            remove(home)
    remove_homes_without_owner()
    for path in ("/etc/sudoers", *glob.glob("/etc/sudoers.d/*")):
        rewrite(path, lambda line: None if line.split()[:1] and line.split()[0] in machine.users else line)
    if not root_is_locked():
        run("usermod", "--password", "*", "root")


def remove_homes_without_owner() -> None:
    """Remove the homes of accounts that were removed before the finalizer ran."""
    owners = {0, *(entry.pw_uid for entry in pwd.getpwall())}
    for home in glob.glob("/home/*"):
        if os.lstat(home).st_uid not in owners:
            remove(home)


def remove_traces(machine: Machine) -> None:
    """Remove identity, secrets, history, logs, caches and names: everything that traces.py lists."""
    for pattern in (*REMOVED, *map(glob.escape, connections_with_secrets()), *machine.extra, *traces_in_homes(machine)):
        for path in glob.glob(pattern):
            remove(path)
    for folder in EMPTIED:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if not os.path.ismount(f"{folder}/{name}"):
                remove(f"{folder}/{name}")
    remove_logs()
    remove_names(machine)


def traces_in_homes(machine: Machine) -> Iterator[str]:
    """Patterns of traces in the homes of root and of the people who stay, and the SSH folders of the system's own accounts.

    Keys in the home of a system account let people in just as those of a person do.
    """
    yield from (f"{home}/{trace}" for home in ("/root", *(entry.pw_dir for entry in people())) for trace in HOME_TRACES)
    staying = {*machine.keep, *(entry.pw_name for entry in people())}
    yield from (f"{entry.pw_dir}/.ssh" for entry in pwd.getpwall() if entry.pw_name not in staying)


def remove_logs() -> None:
    """Remove all log files; those that programs expect to find become empty."""
    for folder, _below, names in os.walk("/var/log"):
        for name in names:
            if name in TRUNCATED_LOGS:
                os.truncate(f"{folder}/{name}", 0)
            else:
                os.unlink(f"{folder}/{name}")


def remove_names(machine: Machine) -> None:
    """Remove the names of this machine from the files that hold them, and its temporary disk from /etc/fstab."""
    Path("/etc/hostname").write_text("localhost\n")
    rewrite("/etc/hosts", lambda line: without_names(line, machine.names))
    rewrite("/etc/mailname", lambda line: "localhost" if line.split(".")[0] in machine.names else line)
    rewrite("/etc/fstab", lambda line: None if "comment=cloudconfig" in line else line)


def without_names(line: str, names: tuple[str, ...]) -> str | None:
    """A line of /etc/hosts without these names; None if its address has no other name."""
    words = line.split("#")[0].split()
    left = [word for word in words if word not in names and word.split(".")[0] not in names]
    if left == words:
        return line
    return " ".join(left) if len(left) > 1 else None


def clear_machine_id(machine: Machine) -> None:
    """Empty the machine-id, so that systemd makes a new one at the next start, but does not treat that start as a first boot.

    It is overwritten with zeros first, so that its block on the disk does not keep it.
    """
    with open("/etc/machine-id", "r+b", buffering=0) as file:
        file.write(b"\0" * 33)
        os.fsync(file.fileno())
        file.truncate(0)


def mounts_in_the_way(machine: Machine) -> Iterator[Finding]:
    """Folders to remove that hold another file system: a data disk is captured as it is."""
    os_mounts()  # refuses a root that cannot be sealed
    folders = (*machine.homes, *EMPTIED, *machine.extra)
    for _device, place in disk_mounts():
        if holder := next((folder for folder in folders if place.startswith(folder.rstrip("/") + "/")), None):
            yield Finding(f"{place} is mounted below {holder}, which is to be emptied")


CHECKS = (
    Check(
        id="mounts",
        fine="no folder that is to be removed holds another file system",
        why="deleting would go on into that file system",
        mend="unmount it first",
        source="roles/linux_generalize/files/seal/removal.py",
        look=mounts_in_the_way,
    ),
)
