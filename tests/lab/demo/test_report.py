# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the demo: how acts fail, and how image and backup are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo import acts, kinds
from demo.offline_search import Findings, Needle
from demo.report import Act, ProofFailed, Report


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return Report(tmp_path / "demo.json")


def content(report: Report) -> dict:
    return json.loads(report.path.read_text())


def test_an_error_fails_the_check_that_is_being_made(report: Report) -> None:
    with pytest.raises(TimeoutError), report.act("prove", "A clone") as act:
        act.check("user", True)
        with act.checking("ready"):
            raise TimeoutError("the user of the clone could not log in")
    (seen,) = content(report)["acts"]
    assert seen["checks"] == {"user": {"ok": True}, "ready": {"ok": False, "error": "the user of the clone could not log in"}}


def test_a_failed_check_fails_its_act(report: Report) -> None:
    with pytest.raises(ProofFailed, match="prove: failed checks: marker"), report.act("prove", "A clone") as act:
        act.check("marker", False)
    assert (content(report)["ok"], content(report)["acts"][0]["ok"]) == (False, False)
    assert content(report)["seconds"] >= 0


def test_a_check_that_could_not_be_made_fails_its_act_with_the_reason(report: Report) -> None:
    with pytest.raises(ProofFailed) as failure, report.act("prove", "A search") as act:
        act.unproven("private_key", acts.UNTRACED)
        act.check("private_key", True)
        act.check("user", True)
    assert str(failure.value) == f"prove: not proven: private_key ({acts.UNTRACED})"
    (seen,) = content(report)["acts"]
    assert (content(report)["ok"], seen["ok"], seen["error"]) == (False, False, str(failure.value))
    assert seen["checks"] == {"private_key": {"ok": False, "unproven": acts.UNTRACED}, "user": {"ok": True}}


def test_failed_checks_are_listed_separately_from_those_that_could_not_be_made(report: Report) -> None:
    with pytest.raises(ProofFailed) as failure, report.act("prove", "A search") as act:
        act.unproven("private_key", acts.UNTRACED)
        act.unproven("host_key", acts.UNTRACED)
        act.unproven("user", acts.UNTRACED)
        act.check("user", False)
        act.unproven("user", acts.UNTRACED)
    assert str(failure.value) == f"prove: failed checks: user; not proven: private_key, host_key ({acts.UNTRACED})"


@pytest.mark.parametrize(
    ("in_the_backup", "in_the_image", "check"),
    [
        (True, False, {"ok": True}),
        (False, False, {"ok": False, "unproven": acts.UNTRACED, "not found in the backup: lost": True}),
        (True, True, {"ok": False, "found in the image: lost": ["image os: byte 1"]}),
        (False, True, {"ok": False, "not found in the backup: lost": True, "found in the image: lost": ["image os: byte 1"]}),
    ],
)
def test_the_image_is_compared_with_the_backup(in_the_backup: bool, in_the_image: bool, check: dict[str, object]) -> None:
    act, needle = Act("prove"), Needle("private_key", "lost", (b"body",), blocks=True)
    before, after = (Findings(hits={"lost": ["byte 1"]} if found else {}) for found in (in_the_backup, in_the_image))
    before.hits.update({kind: ["byte 1"] for kind in kinds.CHECKS})
    acts._compare(act, [needle], {"backup os": before}, {"image os": after})
    assert act.checks == {**dict.fromkeys(kinds.CHECKS.values(), {"ok": True}), "private_key": check}


@pytest.mark.parametrize("kind", kinds.CHECKS)
def test_a_secret_of_anybody_in_the_image_fails_the_check_of_its_kind(kind: str) -> None:
    act, before = Act("prove"), Findings(hits={kind: ["byte 1"] for kind in kinds.CHECKS})
    acts._compare(act, [], {"backup os": before}, {"image os": Findings(), "image 0": Findings(hits={kind: ["byte 9"]})})
    assert [name for name, check in act.checks.items() if not check["ok"]] == [kinds.CHECKS[kind]]
