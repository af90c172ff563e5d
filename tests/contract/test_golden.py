# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded Azure traffic against the lab: every call matches, apart from the accepted deviations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.contract.empty_lab import empty_lab
from tests.contract.golden.report import Report
from tests.contract.golden.run import known_recordings, run
from tests.contract.golden.select import Part, steps

RECORDINGS, LEFT_OUT = known_recordings()
NAMES = [recording.name for recording in RECORDINGS if any(step.part is Part.REPLAYED for step in steps(recording))]


@pytest.fixture(scope="module")
def replayed() -> Iterator[tuple[Report, list[str]]]:
    """The report of all recordings, replayed once on one empty lab, and the request log of the lab."""
    with empty_lab() as lab:
        report = run(RECORDINGS, LEFT_OUT, lab)
        yield report, (lab.state / "logs" / "arm.jsonl").read_text().splitlines()


@pytest.fixture(scope="module")
def report(replayed: tuple[Report, list[str]]) -> Report:
    """The report."""
    return replayed[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_lab_answers_as_recorded(report: Report, name: str) -> None:
    outcome = next(outcome for outcome in report.outcomes if outcome.name == name)
    assert outcome.calls
    assert report.unaccepted(outcome) == []


def test_enough_calls_of_every_type_are_replayed(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    totals = report.totals()
    with capsys.disabled():
        print("", *report.lines(), sep="\n")
    assert totals["calls"] >= 225
    assert totals["writes"] >= 75
    assert totals["recordings"] >= 21
    assert sum(count for type, count in totals["by_type"].items() if type.startswith("locations/publishers")) >= 45
    assert sum(count for type, count in totals["writes_by_type"].items() if type.startswith("galleries")) >= 36
    assert all(totals["by_type"].values()), "no call on one of the resource types was replayed"


def test_every_accepted_deviation_still_occurs(report: Report) -> None:
    assert [deviation for deviation in report.deviations if deviation not in report.used() and _can_occur(deviation.only_in)] == []


def _can_occur(only_in: str) -> bool:
    """Whether a recording that a deviation names is replayed."""
    return any(only_in in name for name in NAMES)


def test_recordings_are_replayed_in_turns(replayed: tuple[Report, list[str]]) -> None:
    entries = [json.loads(line) for line in replayed[1]]
    calls = [entry["path"] for entry in entries if entry["phase"] == "in" and "/providers/Microsoft.Compute/" in entry["path"]]
    groups = [match[1] for match in (re.search("/resourceGroups/([^/]+)/", path) for path in calls) if match]
    changes = sum(one != other for one, other in pairwise(groups))
    assert changes > 2 * len(set(groups)), "the recordings were replayed one after the other"
