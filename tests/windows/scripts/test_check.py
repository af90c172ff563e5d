# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each script of a role is one that Windows PowerShell 5.1 can run, and is short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.windows.engine import check

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted(ROOT.glob("roles/*/files/**/*.ps1"))
LICENSE = [line for line in (ROOT / "roles/linux_generalize/files/seal/finalizer.py").read_text().splitlines() if line.startswith("# ")][:3]
LONGEST = 99
PARTS = {ROOT / f"roles/windows_preflight/files/{name}.ps1" for name in ("accounts", "appx", "machine", "setup", "software", "volumes")}
"""Scripts that begin with read.ps1, which has their parameters."""


@pytest.fixture(scope="module")
def findings() -> dict[Path, Any]:
    """The findings of the engine about each script; one start of the engine for all."""
    return dict(zip(SCRIPTS, check(*SCRIPTS), strict=True))


def test_there_are_scripts_to_check() -> None:
    assert set(SCRIPTS) > PARTS


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parts[-3]}/{script.name}")
def test_windows_powershell_can_run_it(script: Path, findings: dict[Path, Any]) -> None:
    found = findings[script]
    assert found["errors"] == []
    assert found["newer_than_5_1"] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parts[-3]}/{script.name}")
def test_it_is_short_and_begins_with_the_license(script: Path) -> None:
    lines = script.read_text(encoding="ascii").splitlines()
    assert lines[:3] == LICENSE
    assert len(lines) <= LONGEST


@pytest.mark.parametrize("script", [each for each in SCRIPTS if each not in PARTS], ids=lambda script: f"{script.parts[-3]}/{script.name}")
def test_check_mode_runs_it(script: Path) -> None:
    """Without this line win_powershell answers in check mode that something changed, and runs nothing."""
    assert "[CmdletBinding(SupportsShouldProcess)]" in script.read_text().splitlines()
