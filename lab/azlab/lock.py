"""The lock that tells whether a lab is up.

The control plane holds `<state>/lock` as long as its process lives, so a lab that was killed counts as down at once, whatever its
files contain. The file holds the process id, which is valid only while the lock is held.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from azlab.settings import LabError, Settings, command

_POLL = 0.05


class AlreadyUp(LabError):
    """Another process runs this lab."""


class NotRunning(LabError):
    """No process runs this lab, or it does not answer."""


def take(settings: Settings) -> IO[str]:
    """Take the lab for this process; raises AlreadyUp if another one has it. The lock lasts until the file is closed."""
    settings.state.mkdir(parents=True, exist_ok=True)
    file = (settings.state / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyUp(f"the lab in {settings.state} is up already") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def running(state: Path) -> int | None:
    """The id of the process that runs the lab in this directory, or None."""
    try:
        with (state / "lock").open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0) or None
    except FileNotFoundError:
        return None
    return None


def require_running(state: Path) -> None:
    """Raise NotRunning unless a process runs the lab in this directory."""
    if running(state) is None:
        raise NotRunning(f"the lab in {state} is down: start it with `{command(state, 'up')}`")


def wait_until_gone(pid: int, state: Path, seconds: float) -> bool:
    """Wait for the lab's process to end; false if it did not within this time."""
    deadline = time.monotonic() + seconds
    while running(state) == pid or _alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def _alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
