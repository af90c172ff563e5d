# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tiers that pytest runs, and the second run of two of them on the oldest supported ansible-core and SDK."""

from __future__ import annotations

import json
import os
from pathlib import Path

from .counts import Counts
from .oldest import with_oldest_environment, with_oldest_sdk
from .paths import BIN, LOGS, ROOT
from .running import run

# The lab's tests mostly wait for operations, so there are more workers than the two cores of CI; each worker has a lab of its own.
WORKERS = ("--numprocesses", "4")


def pytest(tier: str, *arguments: str, python: Path = BIN / "python", env: dict[str, str] | None = None, label: str = "newest") -> Counts:
    """Run pytest and count. A run that failed without a failed test counts as one failed test."""
    counts_file = LOGS / f"{tier}-{label}.json"
    status = run(
        tier,
        [python, "-m", "pytest", "-p", "scripts.testing.counting", "-o", f"cache_dir={LOGS}/cache-{label}", "--durations=10", *arguments],
        env={
            "TEST_COUNTS": str(counts_file),
            "PATH": os.pathsep.join([str(python.parent), str(BIN), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT / "lab"),
            **(env or {}),
        },
    )
    counts = Counts(**json.loads(counts_file.read_text())) if counts_file.exists() else Counts()
    broken = status != 0 and not counts.failed
    return counts + Counts(failed=1) if broken else counts


def unit() -> Counts:
    """Planning, gateway, modules and structure; on the newest and on the oldest ansible-core."""
    return pytest("unit", "tests/unit") + with_oldest_environment(
        "unit", lambda python: pytest("unit", "tests/unit", python=python, label="oldest")
    )


def contract() -> Counts:
    """Recorded Azure traffic, and one scenario through the oldest and the newest SDK, against the lab."""
    return with_oldest_sdk("contract", lambda site: pytest("contract", "tests/contract", env={"AZURE_MGMT_COMPUTE_33": str(site)}))


def lab() -> Counts:
    """Each module and the lab itself, without guests; the modules on the oldest ansible-core too.

    The tests of killed runs, in `tests/lab/kills`, and of many forks, in `tests/lab/forks`, run once: what they leave in Azure does not
    depend on their ansible-core.
    """
    return pytest("lab", *WORKERS, "tests/lab") + with_oldest_environment(
        "lab", lambda python: pytest("lab", *WORKERS, "tests/lab/modules", python=python, label="oldest")
    )


def guest() -> Counts:
    """Capturing real guests."""
    return pytest("guest", "tests/guest")


def windows() -> Counts:
    """The Windows roles and their scripts on simulated guests, and the disks of such guests."""
    return pytest("windows", "tests/windows")
