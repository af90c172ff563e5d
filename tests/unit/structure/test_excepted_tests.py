# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test that a tier leaves out on purpose has a name in the report of the tests, and a reason in the decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.testing import __main__ as runner
from scripts.testing import scenarios
from scripts.testing.counts import Counts
from tests.support.windows.engine import NEED_ENGINE

DECISIONS = Path(__file__).parents[3] / "docs/decisions/tests.md"


def test_the_report_names_what_a_tier_leaves_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "BUILD", tmp_path)
    assert runner.write_report({"sanity": (Counts(passed=1), 1.0)})
    assert json.loads((tmp_path / "test.json").read_text())["excepted"] == {"sanity": ["pslint"]}
    assert "left out of sanity on purpose (docs/decisions/tests.md): pslint" in capsys.readouterr().out
    assert runner.write_report({"unit": (Counts(passed=1), 1.0)})
    assert json.loads((tmp_path / "test.json").read_text())["excepted"] == {}


def test_each_of_them_has_a_decision() -> None:
    named = {name for names in runner.EXCEPTED.values() for name in names}
    assert {name for name in named if f"`{name}`" in DECISIONS.read_text()} == named


def test_what_needs_the_engine_is_named_if_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "BUILD", tmp_path)
    monkeypatch.delenv("PWSH_ENGINE", raising=False)
    assert runner.write_report({"molecule": (Counts(passed=1), 1.0), "windows": (Counts(passed=1), 1.0)})
    said = capsys.readouterr().out
    why = "because PWSH_ENGINE does not name the PowerShell engine"
    assert f"left out of molecule, {why}: windows_generalize, windows_preflight, windows_prepare" in said
    assert f"left out of windows, {why}: {', '.join(f'tests/windows/{name}' for name in sorted(NEED_ENGINE))}" in said
    monkeypatch.setenv("PWSH_ENGINE", "/engine")
    assert runner.write_report({"molecule": (Counts(passed=1), 1.0)})
    assert "left out" not in capsys.readouterr().out


def test_what_needs_hives_of_windows_is_named_if_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "BUILD", tmp_path)
    monkeypatch.setenv("PWSH_ENGINE", "/engine")
    monkeypatch.delenv("WINDOWS_HIVES", raising=False)
    assert runner.write_report({"windows": (Counts(passed=1), 1.0)})
    assert "because WINDOWS_HIVES does not name a folder with registry hives of Windows" in capsys.readouterr().out
    monkeypatch.setenv("WINDOWS_HIVES", "/hives")
    assert runner.write_report({"windows": (Counts(passed=1), 1.0)})
    assert "left out" not in capsys.readouterr().out


def test_scenarios_that_need_the_engine_are_excluded_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands: list[list[str]] = []
    log = tmp_path / "log"

    def run(_tier: str, command: Sequence[str | Path], **_options: Any) -> int:
        commands.append([str(word) for word in command])
        log.write_text("")
        return 0

    monkeypatch.delenv("PWSH_ENGINE", raising=False)
    monkeypatch.setattr(scenarios, "run", run)
    monkeypatch.setattr(scenarios, "log_of", lambda _tier: log)
    scenarios.molecule()
    assert [word for word in commands[-1] if word.startswith("windows_")] == ["windows_generalize", "windows_preflight", "windows_prepare"]
