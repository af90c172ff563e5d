# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that writes how many tests passed, failed, were skipped or deselected to the file in TEST_COUNTS."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

KINDS = {
    "passed": ("passed", "xpassed"),
    "failed": ("failed", "error"),
    "skipped": ("skipped", "xfailed"),
    "deselected": ("deselected",),
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stats = terminalreporter.stats
    counts = {kind: sum(len(stats.get(name, ())) for name in names) for kind, names in KINDS.items()}
    Path(os.environ["TEST_COUNTS"]).write_text(json.dumps(counts))
