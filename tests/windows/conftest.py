# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaves out, and names, the tests that need what this machine does not have; keeps the tests that passed."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.windows import steps
from tests.support.windows.engine import LEFT_OUT, NEED_ENGINE, PROGRAM

HERE = Path(__file__).parent
IGNORED = {
    **({} if PROGRAM else {HERE / name: LEFT_OUT for name in NEED_ENGINE}),
    **(
        {}
        if os.environ.get("WINDOWS_HIVES")
        else {HERE / "disks/test_real_hives.py": "left out: WINDOWS_HIVES does not name a folder with hives"}
    ),
}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Ignore the folders and files that need what this machine does not have."""
    return True if collection_path in IGNORED else None


def pytest_report_header() -> list[str]:
    """Say what is left out."""
    return [f"{path.relative_to(HERE.parents[1])}: {why}" for path, why in IGNORED.items()]


def pytest_configure(config: pytest.Config) -> None:
    """Begin with no test."""
    config.stash[steps.PASSED] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of that page run last, whatever the order of the command line is."""
    items.sort(key=lambda item: HERE / "steps" in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a test that passed."""
    report = yield
    if call.when == "call" and report.passed:
        item.config.stash[steps.PASSED].add(item.nodeid)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what this run has shown, if it ran all tests that can show a row."""
    if set(steps.PROOFS) <= {item.nodeid.partition("[")[0] for item in session.items}:
        steps.write(session.config.stash[steps.PASSED])
