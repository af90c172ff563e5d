# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a scenario through the oldest and the newest azure-mgmt-compute that the collection supports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_OLDEST = "AZURE_MGMT_COMPUTE_33"
"""The environment variable that names a folder with azure-mgmt-compute 33.0.0; the test runner makes it."""


@dataclass(frozen=True)
class Run:
    """A scenario through one SDK: its version and its caller's results."""

    version: str
    seen: dict[str, Any]


def oldest() -> str:
    """The folder with the oldest SDK; the tests fail without it."""
    packages = os.environ.get(_OLDEST)
    if not packages:
        pytest.fail(f"{_OLDEST} must name a folder with azure-mgmt-compute 33.0.0 and azure-common: `make test TIERS=contract` makes it")
    return packages


def run(scenario: str | Path, packages: str, *arguments: str | Path, told: Any = None) -> Run:
    """Run the script of a scenario in a process of its own, with these packages before all others. It reads `told` as JSON."""
    done = subprocess.run(
        [sys.executable, scenario, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": packages},
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return Run(**json.loads(done.stdout))
