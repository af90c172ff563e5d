"""Guests whose lab was killed: they run on until a lab takes them over, or until somebody wants them gone."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from azlab.guests.run.machine import wait_for_exit
from azlab.guests.spec import homes


def end_strays(state: Path) -> list[str]:
    """Pull the plug of every guest that runs in this state directory, where no lab does; answers the names of their VMs.

    Their disks stay as local files. The next lab on this state writes them back before it does anything else with them.
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
