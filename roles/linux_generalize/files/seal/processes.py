# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first two steps: wait until the sessions on this machine have ended, then stop every unit and process but the finalizer."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

from machine import Machine
from system import NotSealed, read, run, succeeds

# A session that may still be in use: a login over SSH (neither the listener nor a client that has not signed in) or on a console, or a
# module that Ansible runs over any connection.
SESSION = re.compile(rb"^sshd(-session)?: (?!/|\[|unknown)\S+|^\S*login -|BECOME-SUCCESS-|AnsiballZ_|/ansible-tmp-")
KINDS = (("timer,path,automount", "active"), ("socket", "active"), ("service,scope", "running"))
"""Units to stop, in this order: first those that would start others."""
OWN_UNITS = ("goldenimage-seal.", "init.scope")


def wait_for_sessions(machine: Machine) -> None:
    """Begin only when all sessions have ended: the next steps remove their homes, their keys and the journal."""
    deadline = time.monotonic() + machine.wait
    while sessions := [line for line in map(command_line, process_ids()) if SESSION.search(line)]:
        if time.monotonic() > deadline:
            first = sessions[0].decode(errors="replace")[:60]
            raise NotSealed(f"a session was still open after {machine.wait} s ({first}); nothing was removed: close it and run again")
        time.sleep(0.5)


def stop_everything_else(machine: Machine) -> None:
    """Stop every unit that could write, the journal and the login prompts included, then kill the processes that are left."""
    if "(deleted)" in read("/proc/1/maps"):
        run("systemctl", "daemon-reexec")  # systemd still runs from replaced files: the root could not become read-only
    for kind, state in KINDS:
        listed = run("systemctl", "list-units", "--plain", "--no-legend", f"--type={kind}", f"--state={state}").splitlines()
        units = [line.split()[0] for line in listed if line and not line.startswith(OWN_UNITS)]
        if units:
            succeeds("systemctl", "stop", *units, timeout=300)  # some refuse; their processes are killed below
    kill_other_processes()


def kill_other_processes() -> None:
    """Kill every process but init and the finalizer, until none is left."""
    for _attempt in range(20):
        others = [pid for pid in process_ids() if pid not in (1, os.getpid()) and command_line(pid)]  # kernel threads have no command line
        for pid in others:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if not others:
            return
        time.sleep(0.25)
    raise NotSealed(f"{len(others)} process(es) could not be killed, the first is {command_line(others[0]).decode(errors='replace')[:60]}")


def process_ids() -> list[int]:
    """The ids of all processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def command_line(pid: int) -> bytes:
    """The command line of a process, its words separated by spaces; empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except (FileNotFoundError, ProcessLookupError):
        return b""
