# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Package managers and extensions of Azure that are at work: the finalizer waits for them, since killing one leaves half a package."""

from __future__ import annotations

import fcntl
import glob
import json
import os
import re
import struct
import time
from collections.abc import Callable, Iterator

from machine import Machine
from proc import command, command_line, parent, process_ids, process_name
from report import WARN, Check, Finding
from system import NotSealed, output, read

COMMANDS = frozenset({"dpkg", "apt", "apt-get", "aptitude", "rpm", "dnf", "dnf5", "microdnf", "tdnf", "yum", "zypper", "needrestart"})
"""Programs that run only while they work on packages."""
LOCKS = (
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/lock",
    "/var/lib/apt/lists/lock",
    "/var/cache/apt/archives/lock",
    "/var/lib/rpm/.rpm.lock",
    "/usr/lib/sysimage/rpm/.rpm.lock",
)
"""Files that daemons lock while they work on packages (unattended-upgrades and PackageKit also run when they have nothing to do)."""
STATUS_FILES = "/var/lib/waagent/*/status/*.status"
GRACE = 15  # seconds in which short work, such as the agent's own commands, may end before it is reported
PAUSE = 0.5
HALF_INSTALLED = re.compile(r"^Package: (\S+)\nStatus: \S+ \S+ (?:half-installed|half-configured|unpacked|triggers-\w+)$", re.MULTILINE)


def wait_for_package_managers(machine: Machine) -> None:
    """Give package managers and extensions time to end. Whether they have is judged by the rehearsal."""
    for kind in kinds_that_matter(machine):
        busy_after(machine.wait, kind)


def require_idle_package_managers(machine: Machine) -> None:
    """Wait once more for package managers and extensions, and refuse to kill one."""
    busy = [name for kind in kinds_that_matter(machine) for name in busy_after(machine.wait, kind)]
    if busy:
        raise NotSealed(f"still at work after {machine.wait} s, nothing was removed: {'; '.join(busy)}")


def kinds_that_matter(machine: Machine) -> list[Callable[[], list[str]]]:
    """The questions for those kinds of work that the owner has not allowed to be killed."""
    kinds = {"package_manager": package_managers, "extension": extensions}
    return [question for name, question in kinds.items() if name not in machine.waived]


def busy_after(seconds: float, question: Callable[[], list[str]]) -> list[str]:
    """All that is still at work after this time; returns as soon as nothing is."""
    deadline = time.monotonic() + seconds
    busy = question()
    while busy and time.monotonic() < deadline:
        time.sleep(PAUSE)
        busy = question()
    return busy


def package_managers() -> list[str]:
    """The package managers that are at work, each as a phrase."""
    running = [process_name(pid) for pid in process_ids() if command(pid) in COMMANDS]
    holders = [(path, lock_holder(path)) for path in LOCKS]
    locking = [f"{path} is locked by {process_name(pid)}" for path, pid in holders if pid]
    return [*running, *locking, *changes_of_snapd()]


def lock_holder(path: str) -> int:
    """The process that has locked a file for writing; 0 if there is none."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return 0
    try:
        asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _whence, _start, _length, pid = struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_GETLK, asked))
    finally:
        os.close(file)
    return 0 if kind == fcntl.F_UNLCK else pid


def changes_of_snapd() -> list[str]:
    """The changes on which snapd is at work."""
    words = [line.split() for line in output("snap", "changes").splitlines()]
    return [f"change {each[0]} of snapd" for each in words if each[1:2] in (["Do"], ["Doing"], ["Undo"], ["Undoing"])]


def extensions() -> list[str]:
    """The extensions of Azure that are at work: those that say so themselves, and what the agent has started."""
    return [*extensions_in_transition(), *(process_name(pid) for pid in children_of_the_agent())]


def extensions_in_transition() -> Iterator[str]:
    """The extensions whose newest status is that they are at work."""
    newest = {}
    for path in sorted(glob.glob(STATUS_FILES), key=lambda path: (len(path), path)):  # 10.status comes after 9.status
        newest[os.path.dirname(path)] = path
    return (f"the extension {path.split('/')[-3]}" for path in newest.values() if status(path) == "transitioning")


def status(path: str) -> str:
    """The state that an extension reports in one of its status files; empty if it cannot be read, as while it is written."""
    try:
        return str(json.loads(read(path))[0]["status"]["status"]).lower()
    except (ValueError, LookupError, TypeError):
        return ""


def children_of_the_agent() -> list[int]:
    """The processes that the agent's handler of extensions has started, directly or not. A daemon is a child of init instead."""
    processes = process_ids()
    found = {pid for pid in processes if b"-run-exthandlers" in command_line(pid)}
    parents = {pid: parent(pid) for pid in processes}
    agents = set(found)
    while True:
        more = {pid for pid, above in parents.items() if above in found} - found
        if not more:
            return sorted(found - agents)
        found |= more


def package_managers_at_work(machine: Machine) -> Iterator[Finding]:
    """Package managers that do not end soon, and packages that are left half-installed."""
    yield from (Finding(f"a package manager is at work: {name}") for name in busy_after(GRACE, package_managers))
    half_installed = HALF_INSTALLED.findall(read("/var/lib/dpkg/status"))
    if half_installed:
        yield Finding(f"packages are not completely installed: {', '.join(half_installed[:10])}", WARN)


def extensions_at_work(machine: Machine) -> Iterator[Finding]:
    """Extensions that do not end soon."""
    return (Finding(f"an extension is at work: {name}") for name in busy_after(GRACE, extensions))


CHECKS = (
    Check(
        id="package_manager",
        fine="no package manager is at work",
        why="the image would hold packages that are only half installed",
        mend="wait until it has ended; complete a broken installation with dpkg --configure -a",
        source="https://manpages.debian.org/stable/dpkg/dpkg.1.en.html",
        look=package_managers_at_work,
    ),
    Check(
        id="extension",
        fine="no extension of Azure is at work",
        why="it would be killed in the middle of its work, and what it installs would be broken in the image",
        mend="wait until the portal shows its provisioning as succeeded or failed",
        source="https://learn.microsoft.com/azure/virtual-machines/extensions/features-linux",
        look=extensions_at_work,
    ),
)
