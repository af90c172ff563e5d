# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The molecule scenarios of roles and playbooks; each action of each scenario counts as one test."""

from __future__ import annotations

import re

from . import engine
from .counts import Counts
from .paths import BIN, ROOT
from .running import log_of, run

RECAP = re.compile(
    r"^\S+ *: actions=\d+ +successful=(?P<passed>\d+) +disabled=(?P<disabled>\d+) +skipped=(?P<skipped>\d+)"
    r" +missing=(?P<missing>\d+) +failed=(?P<failed>\d+)",
    re.MULTILINE,
)
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def molecule() -> Counts:
    """Run all scenarios; they share one lab, which the default scenario starts and stops. The remains of a killed run are removed first.

    Scenarios of Windows guests are left out without the PowerShell engine.
    """
    run("molecule", [BIN / "molecule", "destroy", "--all"], cwd=ROOT)
    log_of("molecule").unlink(missing_ok=True)
    excluded = [part for name in engine.left_out().get("molecule", ()) for part in ("--exclude", name)]
    status = run("molecule", [BIN / "molecule", "test", "--all", *excluded, "--report", "--command-borders"], cwd=ROOT)
    log = COLOR.sub("", log_of("molecule").read_text(errors="replace"))
    counts = sum((_scenario({name: int(text) for name, text in match.groupdict().items()}) for match in RECAP.finditer(log)), Counts())
    return counts + Counts(failed=1) if status and not counts.failed else counts


def _scenario(recap: dict[str, int]) -> Counts:
    """One line of molecule's report. An action whose playbook is missing counts as left out, whatever molecule reports."""
    return Counts(recap["passed"], recap["failed"], recap["disabled"] + recap["skipped"] + recap["missing"])
