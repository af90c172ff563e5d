# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oldest and the newest azure-mgmt-compute that the collection supports give the same results in the lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contract import sdk_scenario
from tests.contract.empty_lab import empty_lab

OLDEST = "AZURE_MGMT_COMPUTE_33"
"""The environment variable that names a folder with azure-mgmt-compute 33.0.0; the test runner makes it."""


@dataclass(frozen=True)
class Run:
    """The scenario through one SDK: its version and its caller's results."""

    version: str
    seen: dict[str, Any]


@pytest.fixture(scope="module")
def runs() -> Iterator[tuple[Run, Run]]:
    """The scenario through the oldest and the newest SDK, on one lab, in groups of their own."""
    packages = os.environ.get(OLDEST)
    if not packages:
        pytest.fail(f"{OLDEST} must name a folder with azure-mgmt-compute 33.0.0 and azure-common: `make test TIERS=contract` makes it")
    with empty_lab() as lab:
        for group in ("oldest", "newest"):
            lab.put_group(group)
        yield _run(lab.state, "oldest", packages), _run(lab.state, "newest", "")


def _run(state: Path, group: str, packages: str) -> Run:
    """Run the scenario in a process of its own, with these packages before all others."""
    done = subprocess.run(
        [sys.executable, sdk_scenario.__file__, str(state), group],
        env={**os.environ, "PYTHONPATH": packages},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return Run(**json.loads(done.stdout))


def test_both_give_the_same_results(runs: tuple[Run, Run]) -> None:
    oldest, newest = runs
    assert oldest.version == "33.0.0" != newest.version
    assert oldest.seen == newest.seen


def test_the_results_are_those_of_azure(runs: tuple[Run, Run]) -> None:
    assert runs[1].seen == {
        "disk created": ["disk", "westeurope", "Succeeded", "ReadyToUpload", "V1", "Standard_LRS"],
        "disk open for writing": "ActiveUpload",
        "first page and footer": [201, 201],
        "page after the revoke": 403,
        "disk uploaded": ["Unattached", 1, sdk_scenario.SIZE, "Linux"],
        "snapshot": ["Succeeded", False, sdk_scenario.SIZE, "Copy"],
        "snapshot's first bytes": "golden",
        "image": ["image", "Succeeded", "V1", {"Made": "here"}, 1],
        "lists": [["disk"], ["snapshot"], ["image"]],
        "gone": ["ResourceNotFound"] * 3,
    }
