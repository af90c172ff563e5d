# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make live` against the lab: it asks first, goes through its scenario, compares, and leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from azlab.arm.compute.disks import errors as disks
from azlab.client import environment

from tests.live import __main__ as live
from tests.live.arm import Answer
from tests.live.probes import PROBES
from tests.live.report import Finding, says
from tests.live.scenario import Scenario, Stage
from tests.support.running_lab import RunningLab
from tests.support.tree import ROOT

HUGE = "Value '40000' of parameter 'diskSizeGB' is out of range. It must be between '1' and '32767' inclusive."


@pytest.fixture
def signed_in(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> RunningLab:
    """The lab, with its credentials in the environment."""
    for name, value in environment(lab.settings).items():
        monkeypatch.setenv(name, value)
    return lab


def groups(lab: RunningLab) -> list[str]:
    """The resource groups that `make live` has left."""
    found: list[dict[str, Any]] = lab.client.get("resourceGroups", "2021-04-01")["value"]
    return [group["name"] for group in found if group["name"].startswith("goldenimage-live")]


def test_without_credentials_one_sentence_says_what_to_set(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}
    command = [sys.executable, "-m", "tests.live"]
    done = subprocess.run(command, cwd=ROOT, env={**environment, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "set AZURE_SUBSCRIPTION_ID, AZURE_TENANT, AZURE_CLIENT_ID and AZURE_SECRET" in done.stderr


@pytest.mark.parametrize("confirmation", ["", "yes", "00000000-0000-0000-0000-000000000000"])
def test_without_confirmation_it_says_what_it_would_create_and_writes_nothing(
    signed_in: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], confirmation: str
) -> None:
    monkeypatch.setenv("CONFIRM", confirmation)
    traffic = signed_in.traffic()
    assert live.main() == 2
    said = capsys.readouterr()
    assert "costs less than" in said.out
    assert "resource group" in said.out
    assert f"make live CONFIRM={signed_in.settings.subscription}" in said.err
    assert traffic.writes() == []


def test_the_lab_answers_as_it_assumes_and_nothing_is_left(
    signed_in: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONFIRM", signed_in.settings.subscription)
    assert live.main(pause=0.05) == 0
    said = capsys.readouterr().out
    assert f"{len(PROBES)} assumptions were tried: {len(PROBES)} as assumed, 0 different" in said
    assert all(f"- {stage.value}" in said for stage in Stage)
    assert groups(signed_in) == []


def test_the_group_is_deleted_if_the_scenario_ends_early(
    signed_in: RunningLab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONFIRM", signed_in.settings.subscription)
    with signed_in.fault(plane="arm", op="image.put", status=409, code="Quota", message="No more images."):
        assert live.main(pause=0.05) == 1
    assert "images/image: 409 Quota: No more images." in capsys.readouterr().err
    assert groups(signed_in) == []


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        (Answer(400, "InvalidParameter", HUGE, None), True),
        (Answer(409, "InvalidParameter", HUGE, None), False),
        (Answer(400, "BadRequest", HUGE, None), False),
        (Answer(400, "InvalidParameter", "The disk is too large.", None), False),
        (Answer(202, "InvalidParameter", HUGE, None), True),
        (Answer(202, "", "", None), False),
    ],
)
def test_an_answer_is_compared_by_status_code_and_text(answer: Answer, same: bool) -> None:
    probe = next(probe for probe in PROBES if probe.assumed is disks.DISK_SIZE)
    finding = Finding(probe, answer)
    assert (says(disks.DISK_SIZE, answer), finding.confirmed) == (same, same)
    assert ("DIFFERENT" in finding.lines()[0]) is not same
    assert answer.text in finding.lines()[2]


def test_a_request_that_the_lab_allows_must_be_allowed() -> None:
    probe = next(probe for probe in PROBES if probe.allowed)
    assert Finding(probe, Answer(200, "", "", None)).confirmed
    assert not Finding(probe, Answer(409, "OperationNotAllowed", "No.", None)).confirmed


class Generous:
    """A Resource Manager that refuses nothing."""

    subscription = "s"

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, method: str, path: str, api: str, body: Any = None) -> Answer:
        self.sent.append(f"{method} {path.rpartition('/Microsoft.Compute/')[2]}")
        return Answer(200, "", "", {"accessSAS": "https://localhost/"})


def test_access_that_azure_gives_against_the_assumption_is_taken_back() -> None:
    arm: Any = Generous()
    findings = live._findings(arm, Scenario(arm, "westeurope"))
    while next(findings).probe.path != "disks/os/beginGetAccess":
        pass
    assert arm.sent[-2:] == ["POST disks/os/beginGetAccess", "POST disks/os/endGetAccess"]
