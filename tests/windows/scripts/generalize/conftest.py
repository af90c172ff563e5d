# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a script of the role windows_generalize on a simulated guest, as win_powershell does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.windows.answers import scripts
from tests.support.windows.guest import Guest

FILES = Path(__file__).parents[4] / "roles/windows_generalize/files"
MakeGuest = Callable[..., Guest]


def run(guest: Guest, script: str, parameters: Mapping[str, Any] | None = None, *, check_mode: bool = False) -> dict[str, Any]:
    """The answer of win_powershell to a task with a script of the role."""
    return scripts.run(guest, (FILES / script).read_text(), dict(parameters or {}), {"depth": 5, "check_mode": check_mode})


def result(guest: Guest, script: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """The result of a script that must not fail."""
    answer = run(guest, script, parameters)
    assert not answer.get("failed"), answer
    return answer["result"]


@pytest.fixture
def make_guest(tmp_path: Path) -> MakeGuest:
    """Makes a guest from the sections of its JSON."""
    return lambda **sections: Guest.start({"name": "win-01", "platform": "other", **sections}, tmp_path / "guest")
