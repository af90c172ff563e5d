"""Guests whose lab was killed: they keep running until a new lab takes them over, or `azlab down` ends them."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from azlab.guests.run.guest import wait_for_exit
from azlab.guests.spec import homes


def end_strays(state: Path) -> list[str]:
    """Kill every guest in the state directory of a lab that is down; returns the names of their VMs.

    Their disks stay as local files, which the next lab on this state writes back before it uses them.
    """
    ended = []
    for home in homes(state):
        processes = [pid for pid in (home.pid("qemu"), home.pid("warden")) if pid]
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in processes:
            wait_for_exit(pid)
        if processes:
            ended.append(home.spec().name)
    return ended
