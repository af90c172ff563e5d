# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are killed: SIGKILL for every process of one, and the proof that Azure hears nothing of it afterwards.

A run is known by a mark in its environment, which Ansible's workers and SSH's masters inherit into sessions of their own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from azlab.settings import Settings

from demo.traffic import Traffic

MARK = "GOLDENIMAGE_KILLED"
BEFORE, DURING, AFTER = "before its effect", "while it is in progress", "between effect and answer"

HANGING_UP = 15.0
LISTENING = 0.5
_ESTABLISHED_OR_HALF_CLOSED = {"01", "08"}


def kill(run: subprocess.Popen[str], mark: str) -> None:
    """SIGKILL for all processes with this mark, until none is left."""
    while left := _processes_of(mark):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        run.poll()
        time.sleep(0.02)
    run.wait(10)


def require_silence(lab: Settings, heard: Traffic) -> None:
    """The lab hears nothing of a dead run any more: its connections end there too, and none of its addresses speaks after that.

    It is asked right after the death, since the kernel gives an address to somebody else later. `heard` are all requests of the run.
    """
    clients, ports = heard.clients(), {"arm": lab.arm_port, "blob": lab.blob_port}
    assert clients
    end = time.monotonic() + HANGING_UP
    while still := clients & {(plane, peer) for plane, port in ports.items() for peer in _peers(port)}:
        assert time.monotonic() < end, f"the lab still has connections of a dead run: {sorted(still)}"
        time.sleep(0.02)
    afterwards = Traffic(lab.state)
    time.sleep(LISTENING)
    assert not clients & afterwards.clients()


def _processes_of(mark: str) -> list[int]:
    """The processes whose environment has this mark; a zombie has none any more."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}".encode() in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
    return found


def _peers(port: int) -> set[str]:
    """The far ends of all connections that are open at a local port, over IPv4."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {_address(row[2]) for row in rows if row[3] in _ESTABLISHED_OR_HALF_CLOSED and _address(row[1]).endswith(f":{port}")}


def _address(field: str) -> str:
    """`0100007F:9CB0`, the kernel's writing of an address (proc(5)), as `127.0.0.1:40112`."""
    host, _colon, port = field.partition(":")
    return f"{'.'.join(str(byte) for byte in reversed(bytes.fromhex(host)))}:{int(port, 16)}"
