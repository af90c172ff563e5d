# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are killed: SIGKILL for every process of one, and the proof that Azure hears nothing of it afterwards.

A run is known by a mark in its environment, which Ansible's workers and SSH's masters inherit into sessions of their own.
"""

from __future__ import annotations

import contextlib
import subprocess
import time

import psutil
from azlab.settings import Settings

from demo.traffic import Traffic
from tests.support.leftovers import marked

MARK = "GOLDENIMAGE_KILLED"
BEFORE, DURING, AFTER = "before its effect", "while it is in progress", "between effect and answer"

HANGING_UP = 15.0
LISTENING = 0.5
OPEN = {psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT}


def kill(run: subprocess.Popen[str], mark: str) -> None:
    """SIGKILL for all processes with this mark, until none is left."""
    while left := marked(MARK, mark):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
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


def _peers(port: int) -> set[str]:
    """The far ends of all connections that are open at a local port."""
    return {f"{row.raddr.ip}:{row.raddr.port}" for row in psutil.net_connections("tcp4") if row.status in OPEN and row.laddr.port == port}
