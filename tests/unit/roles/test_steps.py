# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the finalizer's steps, and the completeness of its rehearsal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.unit.roles.conftest import SEAL

Load = Callable[[str], ModuleType]
ROOMS = sorted(path.stem for path in Path(SEAL).glob("*.py") if re.search(r"^CHECKS\b", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "rehearsal"])
def test_the_rehearsal_has_the_checks_of_each_file(load: Load, room: str) -> None:
    assert {*load(room).CHECKS} <= {*load("rehearsal").CHECKS}


def test_an_id_belongs_to_one_check(load: Load) -> None:
    ids = [check.id for check in load("rehearsal").CHECKS]
    assert sorted(ids) == sorted({*ids})


@pytest.mark.parametrize(("earlier", "later"), [
    ("wait_for_package_managers", "require_rehearsal"),
    ("require_rehearsal", "remember_identity"),
    ("remember_identity", "remove_accounts"),
    ("require_rehearsal", "stop_everything_else"),
    ("stop_everything_else", "lift_attributes"),
    ("lift_attributes", "deprovision_agent"),
    ("remove_traces", "overwrite_free_space"),
    ("stop_everything_else", "wipe_swap"),
    ("lift_attributes", "wipe_swap"),
    ("wipe_swap", "remove_accounts"),
    ("wipe_swap", "check"),
    ("check", "restore_attributes"),
    ("restore_attributes", "make_read_only"),
])  # fmt: skip
def test_a_step_follows_what_it_needs(load: Load, earlier: str, later: str) -> None:
    names = [step.__name__ for step in load("finalizer").STEPS]
    assert names.index(earlier) < names.index(later)


def test_a_package_manager_that_a_timer_started_is_waited_for_before_anything_else_stops(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes, done = load("processes"), []

    def note(name: str) -> Callable[..., Any]:
        return lambda *arguments: done.append(" ".join([name, *(each for each in arguments if isinstance(each, str))]))

    monkeypatch.setattr(processes, "read", lambda path: "")
    for name in ("stop_units", "require_idle_package_managers", "end_process_accounting", "kill_other_processes"):
        monkeypatch.setattr(processes, name, note(name))
    processes.stop_everything_else(None)
    assert done == [
        "stop_units timer,path,automount active",
        "require_idle_package_managers",
        "stop_units socket active",
        "stop_units service,scope running",
        "end_process_accounting",
        "kill_other_processes",
    ]


def test_the_rehearsal_recalls_what_an_earlier_run_knew(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finalizer = load("finalizer")
    monkeypatch.setattr("sys.argv", ["finalizer.py", "--vm-id", "x", "--rehearse"])
    monkeypatch.setattr(finalizer, "read_identity", lambda options: "read")
    monkeypatch.setattr(finalizer, "recall_identity", lambda machine: f"{machine} and recalled")
    monkeypatch.setattr(finalizer, "rehearse", lambda machine: {"of": machine})
    assert finalizer.main() == 0
    assert capsys.readouterr().out == '{"of": "read and recalled"}'
