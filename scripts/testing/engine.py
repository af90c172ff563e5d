# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that need the PowerShell engine, which not every machine has."""

from __future__ import annotations

import os

from .paths import ROOT

VARIABLE = "PWSH_ENGINE"
WHAT = "the PowerShell engine"
WITHOUT_ENGINE = "disks"
"""The folder of tests/windows whose tests do not run scripts."""


def scenarios() -> list[str]:
    """The molecule scenarios of Windows guests."""
    return sorted(path.parent.name for path in (ROOT / "extensions/molecule").glob("windows_*/molecule.yml"))


def left_out() -> dict[str, list[str]]:
    """The tests that are left out because there is no engine, by tier."""
    if os.environ.get(VARIABLE):
        return {}
    home = ROOT / "tests/windows"
    folders = {path.relative_to(home).parts[0] for path in home.rglob("test_*.py")} - {WITHOUT_ENGINE}
    return {"windows": [f"tests/windows/{name}" for name in sorted(folders)], "molecule": scenarios()}
