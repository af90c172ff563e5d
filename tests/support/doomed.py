# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are killed: `ansible localhost -m ...` in processes of their own, and SIGKILL for every one of them."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from azlab import faults

from tests.support.ansible_runs import command, environment
from tests.support.killed_runs import AFTER, BEFORE, DURING, MARK, kill, require_silence
from tests.support.running_lab import RunningLab
from tests.support.tasks import faults_of, traffic_of

PATIENCE = 90.0
SLOW = 4.0

RULES = {BEFORE: {"hang": True}, AFTER: {"hang": True, "after_effect": True}, DURING: {"operation_delay": SLOW}}


class Doomed:
    """One run of one module; it lives until it has sent a certain request."""

    def __init__(self, lab: RunningLab, folder: Path, module: str, **params: Any) -> None:
        self._lab = lab
        self._traffic = traffic_of(lab)
        self._mark = uuid.uuid4().hex
        self._output = (folder / f"{self._mark}.log").open("w+")
        self._run = subprocess.Popen(
            command("ansible", "localhost", "-m", f"goldenimage.azure.{module}", "-a", json.dumps(params)),
            env={**environment(lab, folder), MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def die_at(self, op: str, moment: str, path: str, skip: int = 0) -> None:
        """Kill every process of the run at a request, which is held there or whose operation is; then let go of it. So many pass before."""
        plane = "blob" if op == "PutPage" else "arm"
        rule = faults.add(
            faults_of(self._lab), plane=plane, op=op, path=path if plane == "arm" else "", skip=skip, times=1, **RULES[moment]
        )
        try:
            self._wait(lambda: sum(entry["op"] == op for entry in self.arrived(plane)) > skip, f"{op} was never sent")
            if moment == DURING:
                self._wait(lambda: self._polled(op), f"{op} was never polled")
            elif moment == AFTER:
                time.sleep(0.5)
            self.kill()
        finally:
            faults.remove(faults_of(self._lab), rule)

    def kill(self) -> None:
        """SIGKILL for all of them; afterwards nothing of the run arrives at either plane."""
        kill(self._run, self._mark)
        self._output.close()
        require_silence(self._lab.settings, self._traffic)

    def arrived(self, plane: str) -> list[dict[str, Any]]:
        """The requests of the run that a plane has got."""
        return list(self._traffic.arrived(plane))

    def _polled(self, op: str) -> bool:
        ops = [entry["op"] for entry in self.arrived("arm")]
        return op in ops and "operation.get" in ops[len(ops) - ops[::-1].index(op) :]

    def _wait(self, ready: Callable[[], bool], otherwise: str) -> None:
        end = time.monotonic() + PATIENCE
        while not ready():
            if self._run.poll() is not None or time.monotonic() > end:
                self._output.seek(0)
                raise AssertionError(f"{otherwise}: {self._output.read()}")
            time.sleep(0.05)
