# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The molecule scenarios of roles and playbooks; each action of each scenario counts as one test."""

from __future__ import annotations

import re

from .counts import Counts
from .paths import BIN, ROOT
from .running import log_of, run

ACTION = re.compile(r"\[(?P<scenario>\S+) > (?P<action>\w+)\] Executed: (?P<result>\w+)")
RESULTS = {"Successful": Counts(passed=1), "Failed": Counts(failed=1), "Skipped": Counts(skipped=1)}


def molecule() -> Counts:
    """Run all scenarios; they share one lab, which the default scenario starts and stops."""
    status = run("molecule", [BIN / "molecule", "test", "--all", "--report", "--command-borders"], cwd=ROOT / "extensions")
    log = log_of("molecule").read_text(errors="replace")
    counts = sum((RESULTS.get(match["result"], Counts(failed=1)) for match in ACTION.finditer(log)), Counts())
    return counts + Counts(failed=1) if status and not counts.failed else counts
