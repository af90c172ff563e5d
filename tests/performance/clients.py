# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients that are measured, and what the lab's request log says about their calls."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from azlab.client import environment

from demo.traffic import Traffic
from tests.clients import lab as others
from tests.performance.bounds import Pair, Sample
from tests.support.ansible_runs import command, places
from tests.support.running_lab import RunningLab

CATALOGUE = "/publishers"
PROGRESS = "lists read"
MODULE = "goldenimage.azure.image_info"
THROTTLED = 429
PEAK = """
import resource, subprocess, sys
subprocess.run([sys.executable, sys.argv[1]], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Prints the memory of a child in KiB. A new process counts the memory of its parent, so the parent must be a small one."""


class Meter:
    """Measures one run: its duration, and the calls to the catalogue that the lab has answered meanwhile."""

    def __init__(self, lab: RunningLab) -> None:
        self._traffic = Traffic(lab.settings.state)
        self._began = time.perf_counter()

    def sample(self, errors: str = "") -> Sample:
        """The run, which has just ended and has written these lines to its standard error."""
        seconds = time.perf_counter() - self._began
        calls = sum(map(_is_of_catalogue, self._traffic.arrived("arm")))
        refused = sum(map(_is_of_catalogue, self._traffic.answered(THROTTLED, "arm")))
        return Sample(seconds, calls, refused, errors.count(PROGRESS))


def _is_of_catalogue(line: dict[str, Any]) -> bool:
    return CATALOGUE in line["path"].lower()


class Collection:
    """Runs modules as ad-hoc tasks on localhost, as a user does."""

    def __init__(self, lab: RunningLab, folder: Path) -> None:
        self._lab, self._folder = lab, folder
        self._environment = {**others.environment(environment(lab.settings)), **places(folder)}

    def ping(self) -> float:
        """The seconds of a task that does nothing."""
        began = time.perf_counter()
        self._run("ansible.builtin.ping", {})
        return time.perf_counter() - began

    def list(self, **options: Any) -> tuple[Sample, dict[str, Any]]:
        """One list, as measured, and its result."""
        meter = Meter(self._lab)
        done = self._run(MODULE, options)
        sample = meter.sample(done.stderr)
        return sample, json.loads(done.stdout.partition(" => ")[2])

    def pair(self, **options: Any) -> Pair:
        """A ping and a list."""
        return Pair(self.ping(), self.list(**options)[0])

    def peak_mib(self, folder: Path) -> float:
        """The largest resident set of the module's process, which is the file that Ansible has sent, run once more."""
        self._run(MODULE, {}, ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_REMOTE_TMP=str(folder))
        (sent,) = folder.glob("*/AnsiballZ_image_info.py")
        done = subprocess.run([sys.executable, "-c", PEAK, sent], env=self._environment, capture_output=True, text=True, check=True)
        return int(done.stdout) / 1024

    def _run(self, module: str, options: dict[str, Any], **variables: str) -> subprocess.CompletedProcess[str]:
        arguments = command("ansible", "localhost", "-m", module, "-a", json.dumps(options) if options else "")
        done = subprocess.run(
            arguments, env={**self._environment, **variables}, cwd=self._folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{module} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        return done
