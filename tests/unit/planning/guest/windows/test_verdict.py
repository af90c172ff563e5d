# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a Sysprep that has ended: only all five pieces of evidence together make it generalized."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.verdict import (
    GENERALIZED,
    Run,
    Verdict,
    judge,
    missing_evidence,
)

from tests.support.windows.readings import (
    COMPLETE,
    HARMLESS,
    LOGS,
    RESEALED,
    SPECIALIZE,
    STARTED,
    UNDEPLOYABLE,
    at,
    ended,
    line,
    reading,
    success,
)

RUN = Run(STARTED, frozenset({0}))


def verdict(values: dict[str, Any], run: Run = RUN) -> Verdict:
    """The verdict on the result of the script that reads the state."""
    return judge(reading(values), run)


def test_all_five_are_generalized() -> None:
    found = verdict(success(300))
    assert (found.verdict, found.cause, found.remedy, found.signature) == ("generalized", "", "", "")


def test_errors_in_the_log_do_not_take_success_away() -> None:
    lines = [line(10, message) for message in (*HARMLESS, *LOGS["appx"], *LOGS["bitlocker"])]
    assert verdict(success(300, setuperr_tail=lines)).verdict == "generalized"


# What a reading of success lacks, and a part of the sentence on it.
LACKING: dict[str, tuple[dict[str, Any], str]] = {
    "the exit code says failure": ({"exit_code": 1}, "exit code 1"),
    "no exit code was kept": ({"process": "absent", "exit_code": None}, "no exit code"),
    "the registry is unreadable": ({"image_state": None}, "in the registry is not readable"),
    "the registry has another state": ({"image_state": "IMAGE_STATE_NEW"}, "in the registry is IMAGE_STATE_NEW"),
    "State.ini is unreadable": ({"state_ini": None}, "State.ini is not readable"),
    "State.ini disagrees": ({"state_ini": COMPLETE}, "State.ini is IMAGE_STATE_COMPLETE"),
    "there is no tag": ({"tag_time": None}, "left no Sysprep_succeeded.tag"),
    "the tag is older than the start": ({"tag_time": at(-3600)}, "is of 2026-11-28T09:00:00"),
    "the tag is as old as the start": ({"tag_time": at(0)}, "is of 2026-11-28T10:00:00"),
}


@pytest.mark.parametrize(("values", "part"), LACKING.values(), ids=LACKING)
def test_four_of_five_are_unproven(values: dict[str, Any], part: str) -> None:
    found = verdict(success(300, **values))
    assert found.verdict == "unproven"
    assert part in found.cause
    assert "; " not in found.cause  # the only thing that is missing
    assert found.remedy


def test_nothing_else_is_generalized() -> None:
    """Every combination of readings, with a process that has ended, but for the one."""
    states = (None, COMPLETE, UNDEPLOYABLE, SPECIALIZE, RESEALED, "IMAGE_STATE_GENERALIZE_RESEAL_TO_AUDIT", "IMAGE_STATE_NEW")
    every = product(("ended", "absent"), (0, 1, None), states, states, (None, at(-1), at(290)), (False, True))
    generalized = [
        case
        for case in every
        for process, code, registry, file, tag, restarted in (case,)
        if verdict(
            ended(300, None, code, process=process, image_state=registry, state_ini=file, tag_time=tag), Run(STARTED, restarted=restarted)
        ).verdict
        == GENERALIZED
    ]
    assert generalized == [("ended", 0, RESEALED, RESEALED, at(290), False), ("absent", 0, RESEALED, RESEALED, at(290), False)]


@pytest.mark.parametrize("code", [0, 1, None])
@pytest.mark.parametrize("tag", [None, at(290)])
def test_a_complete_machine_was_refused_whatever_exit_code_and_tag_say(code: int | None, tag: str | None) -> None:
    found = verdict(ended(300, COMPLETE, code, tag_time=tag))
    assert found.verdict == "refused"
    assert found.remedy


@pytest.mark.parametrize(
    "state", [UNDEPLOYABLE, SPECIALIZE, "IMAGE_STATE_SPECIALIZE_RESEAL_TO_AUDIT", "IMAGE_STATE_GENERALIZE_RESEAL_TO_AUDIT"]
)
@pytest.mark.parametrize("code", [0, 1, None])
def test_a_machine_in_the_middle_is_broken_whatever_the_exit_code_says(state: str, code: int | None) -> None:
    found = verdict(ended(300, state, code, tag_time=at(290)))
    assert found.verdict == "broken"
    assert state in found.cause
    assert "backup" in found.remedy


@pytest.mark.parametrize("registry", [COMPLETE, RESEALED, None])
def test_a_state_ini_in_the_middle_is_broken_too(registry: str | None) -> None:
    found = verdict(success(300, image_state=registry, state_ini=UNDEPLOYABLE))
    assert found.verdict == "broken"
    assert "UNDEPLOYABLE in State.ini" in found.cause


@pytest.mark.parametrize("file", [None, RESEALED])
def test_a_machine_of_which_only_one_place_says_complete(file: str | None) -> None:
    """A state that cannot be read does not contradict; one that does leaves open whether the machine is unchanged."""
    assert verdict(ended(300, COMPLETE, state_ini=file)).verdict == ("refused" if file is None else "unproven")


@pytest.mark.parametrize("state", [COMPLETE, RESEALED])
def test_a_machine_that_has_restarted_is_unproven(state: str) -> None:
    """A generalized machine becomes complete again by starting."""
    found = verdict(success(300, image_state=state, state_ini=state), Run(STARTED, restarted=True))
    assert found.verdict == "unproven"
    assert "restarted" in found.cause


@pytest.mark.parametrize("state", [UNDEPLOYABLE, SPECIALIZE])
def test_a_machine_that_restarted_in_the_middle_is_broken(state: str) -> None:
    assert verdict(ended(300, state), Run(STARTED, restarted=True)).verdict == "broken"


@pytest.mark.parametrize("signature", LOGS)
@pytest.mark.parametrize(("state", "expected"), [(COMPLETE, "refused"), (UNDEPLOYABLE, "broken")])
def test_the_log_explains_the_verdict(signature: str, state: str, expected: str) -> None:
    lines = [line(10, message) for message in LOGS[signature]]
    for place in ("setuperr_tail", "setupact_tail"):
        found = verdict(ended(300, state, **{place: lines}))
        assert (found.verdict, found.signature) == (expected, signature)
        assert found.source.startswith("https://")
        assert state in found.cause


def test_an_old_log_explains_nothing() -> None:
    found = verdict(ended(300, COMPLETE, setuperr_tail=[line(-86400, LOGS["bitlocker"][0])]))
    assert (found.verdict, found.signature) == ("refused", "")


@pytest.mark.parametrize("zones", [{-480}, {60}, {-480, 0}, {0, 60}, {330, 0}])
def test_the_lines_of_a_run_that_resets_the_time_zone_count(zones: set[int]) -> None:
    run = Run(STARTED, frozenset(zones))
    for zone in zones:
        assert verdict(ended(300, setuperr_tail=[line(10, LOGS["bitlocker"][0], zone=zone)]), run).signature == "bitlocker"


def test_the_lines_after_the_clock_was_set_back_count() -> None:
    lines = [line(-3500, LOGS["bitlocker"][0])]
    assert verdict(ended(300, setuperr_tail=lines), Run(STARTED, clock_jump=-3600.0)).signature == "bitlocker"
    assert verdict(ended(300, setuperr_tail=lines), Run(STARTED, clock_jump=3600.0)).signature == ""


def test_a_tag_that_a_set_clock_made_older_says_so() -> None:
    found = verdict(success(300, tag_time=at(-3310)), Run(STARTED, clock_jump=-3600.0))
    assert found.verdict == "unproven"
    assert "clock was set by -3600 s" in found.cause


def test_a_sysprep_that_was_never_started_says_why() -> None:
    found = verdict(ended(70, COMPLETE, None, launch_error="Access is denied."))
    assert found.verdict == "refused"
    assert "was not started: Access is denied." in found.cause


def test_a_running_sysprep_lacks_its_end() -> None:
    assert missing_evidence(reading(success(300, process="running", exit_code=0)), RUN) == ["Sysprep still runs"]


def test_the_undocumented_status_never_decides() -> None:
    for number in (0, 3, 4, 7, 9, None, "x"):
        assert verdict(success(300, sysprep_status={"GeneralizationState": number, "CleanupState": number})).verdict == "generalized"
