# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that writes how many tests passed, failed, were skipped or deselected to the file in TEST_COUNTS."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

KINDS = {
    "passed": ("passed", "xpassed"),
    "failed": ("failed", "error"),
    "skipped": ("skipped", "xfailed"),
}


_deselected: set[str] = set()


def pytest_deselected(items: list[pytest.Item]) -> None:
    _deselected.update(item.nodeid for item in items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands what it deselected to the session that counts; the reports travel by themselves."""
    worker = getattr(session.config, "workeroutput", None)
    if worker is not None:
        worker["deselected"] = sorted(_deselected)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _deselected.update(getattr(node, "workeroutput", {}).get("deselected", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stats = terminalreporter.stats
    counts = {kind: sum(len(stats.get(name, ())) for name in names) for kind, names in KINDS.items()}
    Path(os.environ["TEST_COUNTS"]).write_text(json.dumps({**counts, "deselected": len(_deselected)}))
