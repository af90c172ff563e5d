"""Ends every process that the demo has started, directly or indirectly."""

from __future__ import annotations

import ctypes
import os
import signal
import time

import psutil

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Make this process the parent of its orphaned descendants: Ansible's workers and SSH masters detach themselves."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """The ids of all processes below `pid`."""
    return [process.pid for process in psutil.Process(pid).children(recursive=True)]


def end_descendants(grace: float = 5.0) -> None:
    """Send SIGTERM to every descendant, also to those started meanwhile, and SIGKILL to those that remain after `grace` seconds."""
    for sign, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        end, signalled = time.monotonic() + seconds, set[int]()
        while time.monotonic() < end:
            _reap()
            left = set(descendants(os.getpid()))
            if not left:
                return
            for pid in left - signalled:
                _signal(pid, sign)
            signalled |= left
            time.sleep(0.05)


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def _reap() -> None:
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return
