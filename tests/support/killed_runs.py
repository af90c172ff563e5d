# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills all processes of a run, and checks that no request of it arrives afterwards.

The processes of a run are recognized by an environment variable, which Ansible's workers and SSH's masters inherit although they leave
the session of the run.
"""

from __future__ import annotations

import contextlib
import subprocess
import time

import psutil
from azlab.settings import Settings

from demo.traffic import Traffic
from tests.support.leftovers import marked
from tests.support.waiting import wait_until

MARK = "GOLDENIMAGE_KILLED"
BEFORE, DURING, AFTER = "before its effect", "while it is in progress", "between effect and answer"

CLOSING_SECONDS = 15.0
SILENT_SECONDS = 0.5
OPEN = {psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT}


def kill(run: subprocess.Popen[str], mark: str) -> None:
    """Send SIGKILL to all processes whose variable MARK has this value, until none is left."""
    while left := marked(MARK, mark):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        run.poll()
        time.sleep(0.02)
    run.wait(10)


def require_silence(lab: Settings, traffic: Traffic) -> None:
    """Check that the lab closes the connections of a killed run, and that no request comes from its addresses afterwards.

    `traffic` are all requests of the run. This must be called right after the kill: later the kernel gives the addresses to others.
    """
    clients, ports = traffic.clients(), {"arm": lab.arm_port, "blob": lab.blob_port}
    assert clients

    def closed() -> bool:
        return not clients & {(plane, peer) for plane, port in ports.items() for peer in _peers(port)}

    wait_until(closed, "the lab still has connections of a killed run", CLOSING_SECONDS)
    afterwards = Traffic(lab.state)
    time.sleep(SILENT_SECONDS)
    assert not clients & afterwards.clients()


def _peers(port: int) -> set[str]:
    """The remote addresses of all open connections to a local port."""
    return {f"{row.raddr.ip}:{row.raddr.port}" for row in psutil.net_connections("tcp4") if row.status in OPEN and row.laddr.port == port}
