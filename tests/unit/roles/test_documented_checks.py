# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of the report has an entry in the README of the role: users waive checks by their ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.preflight.report import Context, compile_report

from tests.support.tree import ROOT


def test_the_readme_of_the_role_names_every_check(load: Callable[[str], ModuleType]) -> None:
    rehearsed = {
        "checks": [{"id": check.id, "side": "guest", "verdict": "ok"} for check in load("rehearsal").CHECKS],
        "removes": {},
        "wipe": {"bytes": 0},
        "time": 0,
    }
    report = compile_report(rehearsed, Context("web", 0, {}, 0, True, False, frozenset(), frozenset()))
    named = set(re.findall(r"`(\w+)`", (ROOT / "roles/linux_generalize/README.md").read_text()))
    assert [row["id"] for row in report["checks"] if row["id"] not in named] == []
