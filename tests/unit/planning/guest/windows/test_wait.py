# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait for Sysprep ends with the right verdict in every sequence of readings, lost connections and clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.reading import Reading, parse_reading
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.verdict import Run, Verdict
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.wait import (
    KEPT,
    SETTLING,
    Limits,
    NoReading,
    Wait,
    as_result,
)

from tests.support.windows.readings import (
    COMPLETE,
    GOOD_RUN,
    RESEALED,
    SPECIALIZE,
    STARTED,
    UNDEPLOYABLE,
    answer,
    at,
    ended,
    success,
)

LIMITS = Limits(total=3600, stall=600, lost=900)
BEGAN = 77_000.0
Event = Reading | NoReading
Step = dict[str, Any] | NoReading
At = Callable[[float], Step]

GONE = NoReading("Connection timed out")
REFUSED = NoReading("the specified credentials were rejected by the server")
GARBAGE: Step = {"garbage": True}


def waiting(limits: Limits = LIMITS) -> Wait:
    return Wait(Run(STARTED), limits, BEGAN)


def event(step: Step) -> Event:
    return step if isinstance(step, NoReading) else parse_reading(step)


def time_of(step: Step, now: float, poll: float = 10.0) -> float:
    """When a step happens: a result has its time, by the clock that no one sets; anything else happens after the next pause."""
    return float(step["uptime_seconds"]) - 5000.0 if isinstance(step, dict) and "uptime_seconds" in step else now + poll


def follow(steps: Iterable[Step], wait: Wait | None = None) -> tuple[Wait, float]:
    """The wait after all steps, or as soon as it is over, and the seconds since its beginning."""
    wait, now = wait or waiting(), 0.0
    for step in steps:
        now = max(now, time_of(step, now))
        wait = wait.after(BEGAN + now, event(step))
        if wait.verdict:
            break
    return wait, now


def verdict(steps: Iterable[Step]) -> Verdict:
    """The verdict after all steps; there must be one."""
    found = follow(steps)[0].verdict
    assert found is not None
    return found


def on(after: float, make: At, poll: float = 10.0) -> Iterable[Step]:
    """The same state again and again, from a time on, for two hours."""
    return (make(after + poll * number) for number in range(720))


def test_a_good_run_is_generalized_as_soon_as_its_tag_is_there() -> None:
    wait, now = follow(GOOD_RUN)
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("generalized", 300)


def test_there_is_no_verdict_before_the_end() -> None:
    for length in range(len(GOOD_RUN)):
        assert follow(GOOD_RUN[:length])[0].verdict is None


FAULTS: dict[str, Step] = {"lost": GONE, "refused": REFUSED, "garbage": GARBAGE, "nothing": {}}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("place", range(len(GOOD_RUN)))
def test_a_connection_that_is_lost_once_changes_nothing(place: int, fault: Step) -> None:
    """Before each reading, and instead of each but the last."""
    assert verdict([*GOOD_RUN[:place], fault, *GOOD_RUN[place:]]).verdict == "generalized"
    if place < len(GOOD_RUN) - 1:
        assert verdict([*GOOD_RUN[:place], fault, *GOOD_RUN[place + 1 :]]).verdict == "generalized"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("place", range(len(GOOD_RUN)))
def test_a_connection_that_is_lost_for_good_is_unknown(place: int, fault: Step) -> None:
    """Also after the process has ended: only a positive reading counts, and the machine may have gone on since."""
    wait, now = follow(chain(GOOD_RUN[:place], repeat(fault, 1000)))
    assert wait.verdict is not None
    assert wait.verdict.verdict == "unknown"
    last = GOOD_RUN[place - 1]["uptime_seconds"] - 5000.0 if place else 0.0
    assert 900 <= now - last <= 920
    expected = "the last reading said" if place else "there was no reading at all"
    assert expected in wait.verdict.cause
    assert wait.verdict.remedy


@pytest.mark.parametrize("place", range(len(GOOD_RUN)))
def test_a_loss_shorter_than_its_limit_is_survived(place: int) -> None:
    """80 attempts in 800 seconds; what happened meanwhile is read afterwards."""
    late = ({**step, "uptime_seconds": step["uptime_seconds"] + 810} for step in GOOD_RUN[place:])
    assert verdict(chain(GOOD_RUN[:place], repeat(GONE, 80), late)).verdict == "generalized"


@pytest.mark.parametrize("end", [COMPLETE, UNDEPLOYABLE, SPECIALIZE])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("place", range(9))
def test_a_failed_run_is_found_failed_over_a_lost_connection(place: int, fault: Step, end: str) -> None:
    run = [answer(10), answer(60, end), *(ended(70 + 10 * number, end) for number in range(8))]
    expected = "refused" if end == COMPLETE else "broken"
    assert verdict([*run[:place], fault, *run[place:]]).verdict == expected


def test_a_failure_is_believed_after_the_state_had_time_to_settle() -> None:
    wait, now = follow([answer(10), *on(20, lambda now: ended(now, UNDEPLOYABLE))])
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("broken", 20 + SETTLING)


@pytest.mark.parametrize("late", [10, 30, 50])
@pytest.mark.parametrize("before", [COMPLETE, UNDEPLOYABLE, SPECIALIZE, RESEALED, None])
def test_a_state_that_is_written_late_counts(before: str | None, late: int) -> None:
    """Sysprep has ended, and its state or tag appears within the time to settle."""
    steps = [answer(10), ended(290, before), ended(290 + late - 5, before), success(290 + late)]
    assert verdict(steps).verdict == "generalized"


def test_a_state_that_never_settles_is_judged_in_the_end() -> None:
    """The time to settle has a bound, whatever still changes."""
    changing = on(20, lambda now: ended(now, RESEALED, setupact_size=int(now), tag_time=None))
    wait, now = follow([answer(10), *changing])
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("unproven", 20 + SETTLING)


def test_a_process_that_is_found_again_has_not_ended() -> None:
    steps = [answer(10), ended(20, COMPLETE), answer(30), *on(100, lambda now: answer(now, UNDEPLOYABLE))][:10]
    assert follow(steps)[0].verdict is None


def test_a_process_that_is_gone_without_an_exit_code_has_ended() -> None:
    assert verdict([answer(10), *on(20, lambda now: ended(now, UNDEPLOYABLE, None, process="absent"))]).verdict == "broken"
    assert verdict(on(10, lambda now: ended(now, RESEALED, None, process="absent", tag_time=at(5)))).verdict == "unproven"


STILL = {"setupact_size": 5000, "setupact_tail": ["2026-11-28 10:00:30, Info SYSPRP x"]}


@pytest.mark.parametrize("state", [COMPLETE, UNDEPLOYABLE, SPECIALIZE, RESEALED])
def test_a_log_that_does_not_grow_is_a_stall(state: str) -> None:
    """Also in the state that a success has: Sysprep still runs."""
    wait, now = follow(on(30, lambda now: answer(now, state, **STILL)))
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("stalled", 630)
    assert state in wait.verdict.cause
    assert "process 4242" in wait.verdict.cause
    assert "has changed for 600 s" in wait.verdict.cause


@pytest.mark.parametrize(
    "change", [{"setupact_size": 5001}, {"image_state": UNDEPLOYABLE}, {"state_ini": UNDEPLOYABLE}, {"tag_time": at(9)}]
)
def test_any_change_begins_the_stall_again(change: dict[str, Any]) -> None:
    still = [answer(now, **STILL) for now in range(10, 600, 10)]
    wait, now = follow([*still, *on(600, lambda now: answer(now, **{**STILL, **change}))])
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("stalled", 1200)


def test_a_log_that_sysprep_empties_is_a_change() -> None:
    steps = [*(answer(now, **STILL) for now in range(10, 600, 10)), answer(600, setupact_size=10)]
    assert follow(steps)[0].verdict is None


def test_a_log_that_cannot_be_read_is_not_a_stall() -> None:
    """The time in total is the only limit then."""
    wait, now = follow(on(10, lambda now: answer(now, setupact_size=None, setupact_tail=None)))
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("stalled", 3600)
    assert "has not ended within 3600 s" in wait.verdict.cause


def test_a_log_that_grows_for_ever_ends_with_the_time_in_total() -> None:
    wait, now = follow(on(10, answer))
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("stalled", 3600)


def test_the_time_in_total_ends_a_wait_without_connection_too() -> None:
    late = [answer(now) for now in range(10, 3500, 10)]
    wait, now = follow([*late, *repeat(GONE, 100)])
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("unknown", 3600)


def test_a_sysprep_that_has_just_ended_at_the_time_in_total_is_judged() -> None:
    late = [answer(now) for now in range(10, 3590, 10)]
    assert verdict([*late, ended(3595, UNDEPLOYABLE), ended(3600, UNDEPLOYABLE)]).verdict == "broken"
    assert verdict([*late, success(3605)]).verdict == "generalized"


def test_a_stall_that_a_lost_connection_hid_is_found_afterwards() -> None:
    """The same log before and after: it has not grown in between."""
    steps = [answer(10, **STILL), *repeat(GONE, 70), answer(720, **STILL)]
    assert verdict(steps).verdict == "stalled"


RESTARTS: dict[str, list[Step]] = {
    "seen by the uptime that shrinks": [answer(10), answer(60, UNDEPLOYABLE)],
    "before the first reading": [*repeat(GONE, 20)],
}


@pytest.mark.parametrize("before", RESTARTS.values(), ids=RESTARTS)
@pytest.mark.parametrize(
    ("after", "expected"), [(COMPLETE, "unproven"), (UNDEPLOYABLE, "broken"), (SPECIALIZE, "broken"), (RESEALED, "unproven")]
)
@pytest.mark.parametrize("process", ["running", "ended", "absent"])
def test_a_machine_that_restarts_in_the_middle(before: list[Step], after: str, expected: str, process: str) -> None:
    """A process that runs after that is another one, whatever its id."""
    wait, now = follow(before)
    for _number in range(10):
        now += 10
        step = success(now, image_state=after, state_ini=after, process=process, uptime_seconds=now - 180.0 if now > 200 else 20.0)
        wait = wait.after(BEGAN + now, event(step))
    assert wait.verdict is not None
    assert wait.verdict.verdict == expected
    assert wait.run.restarted


def test_a_restart_is_seen_although_the_machine_was_up_for_a_short_time_before() -> None:
    """Up for 100 s, unreadable for 600 s, up for 500 s: longer than before, and yet shorter than what has passed."""
    wait = waiting().after(BEGAN + 1, event(answer(1, uptime_seconds=100.0)))
    wait = wait.after(BEGAN + 601, event(answer(601, UNDEPLOYABLE, uptime_seconds=500.0)))
    assert wait.run.restarted


@pytest.mark.parametrize("uptimes", [(5000.0, 5000.0, 5000.0), (None, None, None), (5000.0, None, 5020.0), (5010.0, 5021.0, 5029.9)])
def test_no_restart_is_seen_without_one(uptimes: tuple[float | None, ...]) -> None:
    wait = waiting()
    for number, up in enumerate(uptimes, 1):
        wait = wait.after(BEGAN + 10 * number, event(answer(10 * number, uptime_seconds=up)))
    assert not wait.run.restarted


@pytest.mark.parametrize("jump", [-7200, -300, 300, 7200, 86400 * 365])
@pytest.mark.parametrize("place", range(1, len(GOOD_RUN)))
def test_a_clock_that_jumps_neither_ends_the_wait_nor_proves_anything(place: int, jump: int) -> None:
    """All limits are of the controller's clock. A tag that the new clock made older is not a proof."""
    moved = [{**step, "time": at(step["uptime_seconds"] - 5000 + jump)} for step in GOOD_RUN[place:]]
    moved[-1]["tag_time"] = at(290 + jump)
    again = ({**moved[-1], "uptime_seconds": moved[-1]["uptime_seconds"] + 10 * number} for number in range(1, 10))
    wait, _now = follow([*GOOD_RUN[:place], *moved, *again])
    assert wait.verdict is not None
    assert wait.verdict.verdict == ("generalized" if 290 + jump > 0 else "unproven")
    assert wait.run.clock_jump == pytest.approx(jump)
    if wait.verdict.verdict == "unproven":
        assert "clock was set by" in wait.verdict.cause


@pytest.mark.parametrize("created", [-86400, -400, 400, 3000])
def test_a_process_that_was_given_an_old_id_is_not_sysprep(created: int) -> None:
    wait, now = follow([answer(10), *on(310, lambda now: answer(now, UNDEPLOYABLE, process_started=at(created)))])
    assert wait.verdict is not None
    assert (wait.verdict.verdict, now) == ("broken", 310 + SETTLING)


@pytest.mark.parametrize("created", [None, 0, 1, 60])
def test_a_process_of_about_the_start_is_sysprep(created: int | None) -> None:
    started = None if created is None else at(created)
    assert follow([answer(10), *list(on(310, lambda now: answer(now, UNDEPLOYABLE, process_started=started)))[:20]])[0].verdict is None


def test_a_process_that_goes_on_after_its_exit_code_is_judged_by_what_it_left() -> None:
    """Its id was given to another process, and no one knows when that one was created."""
    steps = on(310, lambda now: answer(now, COMPLETE, process_started=None, exit_code=0, setupact_size=9))
    assert verdict(steps).verdict == "refused"


def test_an_exit_code_that_lies_is_found_out() -> None:
    for state, expected in ((COMPLETE, "refused"), (UNDEPLOYABLE, "broken"), (SPECIALIZE, "broken"), (None, "unproven")):
        assert verdict(on(10, lambda now, state=state: ended(now, state, 0, tag_time=at(5)))).verdict == expected


def test_the_zones_of_all_readings_are_known() -> None:
    wait, _now = follow([answer(10, utc_offset_minutes=-480), answer(20, utc_offset_minutes=None), answer(30)])
    assert wait.run.offsets == {-480, 0}


def test_lines_change_with_the_state_and_say_why_once() -> None:
    wait, shown = waiting(), [waiting().line]
    faults = [GONE, NoReading("another text each time"), GARBAGE]
    for number, step in enumerate([answer(10), answer(20), *faults, answer(60, UNDEPLOYABLE), success(70)], 1):
        wait = wait.after(BEGAN + 10 * number, event(step))
        if wait.line != shown[-1]:
            shown.append(wait.line)
    assert shown == [
        "waiting for the first reading",
        f"Sysprep runs, image state {COMPLETE}",
        "the machine cannot be read, trying again: Connection timed out",
        f"Sysprep runs, image state {UNDEPLOYABLE}",
        f"Sysprep ended with exit code 0, image state {RESEALED}",
    ]


def test_the_result_has_the_last_state_and_the_changes() -> None:
    wait, _now = follow([answer(10), answer(20, **STILL), answer(30, **STILL), *GOOD_RUN[3:]])
    result = as_result(wait, BEGAN + 300.4)
    assert result["verdict"] == "generalized"
    assert (result["image_state"], result["exit_code"], result["seconds"]) == (RESEALED, 0, 300)
    assert [each["time"] for each in result["readings"]] == [at(10), at(30), at(240), at(280), at(290), at(300)]


def test_the_result_of_a_machine_that_was_never_read() -> None:
    result = as_result(follow(repeat(GONE, 100))[0], BEGAN + 900)
    assert (result["verdict"], result["image_state"], result["exit_code"], result["readings"]) == ("unknown", None, None, [])


def test_the_result_stays_small() -> None:
    lines = [f"2026-11-28 10:00:00, Info SYSPRP {number}" for number in range(500)]
    wait, _now = follow(list(on(10, lambda now: answer(now, setupact_tail=lines, setuperr_tail=lines))))
    result = as_result(wait, BEGAN + 3600)
    assert len(result["readings"]) == KEPT
    assert result["setupact"] == result["setuperr"] == lines[-20:]


def test_a_wait_does_not_change_the_one_before() -> None:
    wait = waiting()
    wait.after(BEGAN + 10, event(answer(10)))
    assert wait == replace(waiting())
