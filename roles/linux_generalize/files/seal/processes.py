# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first steps: wait until the sessions on this machine have ended, and stop every unit and process but the finalizer.

Other people's command lines are matched, but never printed: they can hold passwords. Messages have the name of a process and its id.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import time

from machine import Machine
from package_managers import require_idle_package_managers
from proc import command_line, process_ids, process_name
from system import NotSealed, read, run, succeeds

# A session that may still be in use: a login over SSH (neither the listener nor a client that has not signed in) or on a console, or a
# module that Ansible runs over any connection.
SESSION = re.compile(rb"^sshd(-session)?: (?!/|\[|unknown)\S+|^\S*login -|BECOME-SUCCESS-|AnsiballZ_|/ansible-tmp-")
STARTERS = ("timer,path,automount", "active")
"""Units to stop first, since they would start others."""
KINDS = (("socket", "active"), ("service,scope", "running"))
"""Units to stop then, in this order."""
STOP_LIMIT = 900  # seconds after which units are no longer waited for; most have a limit of 90 s of their own
OWN_UNITS = ("goldenimage-seal.", "init.scope")


def wait_for_sessions(machine: Machine) -> None:
    """Begin only when all sessions have ended: the next steps remove their homes, their keys and the journal."""
    deadline = time.monotonic() + machine.wait
    while sessions := [pid for pid in process_ids() if SESSION.search(command_line(pid))]:
        if time.monotonic() > deadline:
            first = process_name(sessions[0])
            raise NotSealed(f"a session was still open after {machine.wait} s ({first}); nothing was removed: close it and run again")
        time.sleep(0.5)


def stop_everything_else(machine: Machine) -> None:
    """Stop every unit that could write, the journal and the login prompts included, then kill the processes that are left."""
    if "(deleted)" in read("/proc/1/maps"):
        run("systemctl", "daemon-reexec")  # systemd still runs from replaced files: the root could not become read-only
    stop_units(*STARTERS)
    require_idle_package_managers(machine)  # a timer may have started one since the rehearsal
    for kind in KINDS:
        stop_units(*kind)
    end_process_accounting()
    kill_other_processes()


def stop_units(kind: str, state: str) -> None:
    """Ask all units of a kind to stop. Some refuse, or take too long; their processes are killed later."""
    listed = run("systemctl", "list-units", "--plain", "--no-legend", f"--type={kind}", f"--state={state}").splitlines()
    units = [line.split()[0] for line in listed if line and not line.startswith(OWN_UNITS)]
    if units:
        with contextlib.suppress(subprocess.TimeoutExpired):
            succeeds("systemctl", "stop", *units, timeout=STOP_LIMIT)


def end_process_accounting() -> None:
    """Make the kernel close its file of ended processes: it would keep a file system writable. Nothing happens if it has none."""
    ctypes.CDLL(None).acct(None)


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
    raise NotSealed(f"{len(others)} process(es) could not be killed, the first is {process_name(others[0])}")
