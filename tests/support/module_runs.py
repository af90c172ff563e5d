# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of single modules in separate processes, which are killed at a given request."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.ansible_runs import command, environment
from tests.support.killed_runs import AFTER, BEFORE, DURING, MARK, kill, require_silence
from tests.support.running_lab import RunningLab
from tests.support.waiting import wait_until

REQUEST_TIMEOUT = 90.0
SLOW = 4.0

RULES: dict[str, dict[str, Any]] = {BEFORE: {"hang": True}, AFTER: {"hang": True, "after_effect": True}, DURING: {"operation_delay": SLOW}}


class ModuleRun:
    """One run of `ansible localhost -m`, which is killed when it has sent a certain request."""

    def __init__(self, lab: RunningLab, folder: Path, module: str, **params: Any) -> None:
        self._lab = lab
        self._traffic = lab.traffic()
        self._mark = uuid.uuid4().hex
        self._output = (folder / f"{self._mark}.log").open("w+")
        self._run = subprocess.Popen(
            command("ansible", "localhost", "-m", f"goldenimage.azure.{module}", "-a", json.dumps(params)),
            env={**environment(lab, folder), MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def kill_at(self, op: str, moment: str, path: str, skip: int = 0) -> None:
        """Kill all processes of the run at a request of the operation `op`, after `skip` such requests have passed.

        The request (BEFORE, AFTER) or its long-running operation (DURING) is delayed until the processes are gone.
        """
        plane = "blob" if op == "PutPage" else "arm"
        with self._lab.fault(plane=plane, op=op, path=path if plane == "arm" else "", skip=skip, times=1, **RULES[moment]):
            self._wait(lambda: sum(entry["op"] == op for entry in self.arrived(plane)) > skip, f"{op} was never sent")
            if moment == DURING:
                self._wait(lambda: self._polled(op), f"{op} was never polled")
            elif moment == AFTER:
                time.sleep(0.5)
            self.kill()

    def kill(self) -> None:
        """Kill all processes of the run; no request of the run may arrive afterwards."""
        kill(self._run, self._mark)
        self._output.close()
        require_silence(self._lab.settings, self._traffic)

    def arrived(self, plane: str) -> list[dict[str, Any]]:
        """The requests of the run that a plane has received."""
        return list(self._traffic.arrived(plane))

    def _polled(self, op: str) -> bool:
        ops = [entry["op"] for entry in self.arrived("arm")]
        return op in ops and "operation.get" in ops[len(ops) - ops[::-1].index(op) :]

    def _wait(self, ready: Callable[[], bool], otherwise: str) -> None:
        """Wait for a condition; fail with the output of the run if it ends first."""

        def ready_or_ended() -> bool:
            return ready() or self._run.poll() is not None

        with contextlib.suppress(TimeoutError):
            wait_until(ready_or_ended, otherwise, REQUEST_TIMEOUT)
        if not ready():
            self._output.seek(0)
            raise AssertionError(f"{otherwise}: {self._output.read()}")
