# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs commands so that Ctrl-C ends everything they started, and keeps their output in one log per tier."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from .paths import BIN, COLLECTIONS, LOGS, ROOT

GRACE = 90  # seconds a test run gets to stop its labs before it is killed
INHERITED_BY_ACCIDENT = ("AZURE_", "ARM_", "ANSIBLE_", "AZLAB_", "MOLECULE_", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV")

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()
_stopping = threading.Event()


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without the variables that would lead tests to a real cloud or another collection."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(INHERITED_BY_ACCIDENT)}
    kept["PATH"] = f"{BIN}{os.pathsep}{kept['PATH']}"
    kept["NO_COLOR"] = "1"
    return kept | {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)} | dict(extra or {})


def log_of(tier: str) -> Path:
    """The file that holds everything a tier's commands print."""
    return LOGS / f"{tier}.log"


def run(tier: str, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> int:
    """Run one command of a tier; its output goes to the tier's log, its exit status is returned."""
    with log_of(tier).open("ab") as log:
        log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        log.flush()
        return _wait([str(word) for word in command], log, environment(env), cwd)


def _wait(command: list[str], log: IO[bytes], env: dict[str, str], cwd: Path) -> int:
    with _lock:
        if _stopping.is_set():
            return 130
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        _running.add(process)
    try:
        return process.wait()
    finally:
        with _lock:
            _running.discard(process)


def stop_all() -> None:
    """Ask every command to stop, as Ctrl-C does, and kill those that still run after the grace period."""
    with _lock:
        _stopping.set()
        processes = list(_running)
    _signal(processes, signal.SIGINT)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and any(process.poll() is None for process in processes):
        time.sleep(0.2)
    _signal(processes, signal.SIGKILL)


def _signal(processes: list[subprocess.Popen[bytes]], number: signal.Signals) -> None:
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, number)
