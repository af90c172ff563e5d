# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of read_state.ps1 becomes a reading, whatever it is."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.reading import parse_reading

RESULT = {
    "time": "2026-11-28T10:05:00.1234567Z",
    "utc_offset_minutes": 60,
    "process": "running",
    "pid": 4242,
    "process_started": "2026-11-28T10:00:01.0000000Z",
    "exit_code": None,
    "launch_error": "Access is denied.",
    "image_state": "IMAGE_STATE_COMPLETE",
    "state_ini": "IMAGE_STATE_COMPLETE",
    "tag_time": None,
    "setupact_size": 1024,
    "setupact_tail": ["2026-11-28 11:05:00, Info       SYSPRP a", "2026-11-28 11:05:00, Info       SYSPRP b"],
    "setuperr_tail": ["2026-11-28 11:05:00, Error      SYSPRP c"],
    "uptime_seconds": 3600.5,
    "sysprep_status": {"GeneralizationState": 7, "CleanupState": 2},
}


def test_every_value_is_read() -> None:
    reading = parse_reading(RESULT)
    assert reading.time == datetime(2026, 11, 28, 10, 5, 0, 123456, timezone.utc)
    assert reading.process_started == datetime(2026, 11, 28, 10, 0, 1, 0, timezone.utc)
    assert reading.setupact_tail == tuple(RESULT["setupact_tail"])  # type: ignore[arg-type]
    assert reading.sysprep_status == {"GeneralizationState": 7, "CleanupState": 2}
    assert reading.flaw == ""
    others = ("time", "process_started", "setupact_tail", "setuperr_tail")
    plain = [name for name in RESULT if name not in others]
    assert {name: getattr(reading, name) for name in plain} == {name: RESULT[name] for name in plain}


@pytest.mark.parametrize("missing", [name for name in RESULT if name != "process"])
@pytest.mark.parametrize("value", [None, {}, [], "", "no such thing", True, float("nan"), 10**400, {"Type": "x"}, b"x"], ids=repr)
def test_a_value_that_cannot_be_read_leaves_the_others(missing: str, value: Any) -> None:
    reading = parse_reading({**RESULT, missing: value})
    assert reading.process == "running"
    assert reading.flaw == ""
    if missing in ("time", "pid", "setupact_size", "uptime_seconds", "exit_code", "utc_offset_minutes"):
        assert getattr(reading, missing) is None


@pytest.mark.parametrize("result", [None, [], "", "IMAGE_STATE_COMPLETE", 7, {}, {"process": "asleep"}, {"process": ["running"]}], ids=repr)
def test_a_result_that_is_none_says_so(result: Any) -> None:
    assert parse_reading(result).flaw.startswith("the script that reads the state")


@pytest.mark.parametrize(
    ("tail", "lines"),
    [
        ("2026-11-28 11:05:00, Error a", ("2026-11-28 11:05:00, Error a",)),
        ("first\r\nsecond\r\n\r\n", ("first", "second")),
        (["first\r", "second\r\n", "", "   "], ("first", "second")),
        (["\ufefffirst", "second"], ("first", "second")),
        (["\xef\xbb\xbffirst"], ("first",)),
        (["\xff\xfef\0i\0r\0s\0t\0", "\0s\0e\0c\0o\0n\0d\0"], ("first", "second")),
        (["Das Paket wurde für einen Benutzer installiert"], ("Das Paket wurde für einen Benutzer installiert",)),
        ([None, 3, ["x"], "kept"], ("kept",)),
    ],
)
def test_lines_are_read_from_a_text_or_a_list_and_their_encoding_is_forgotten(tail: Any, lines: tuple[str, ...]) -> None:
    assert parse_reading({**RESULT, "setuperr_tail": tail}).setuperr_tail == lines


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("IMAGE_STATE_COMPLETE\r\n", "IMAGE_STATE_COMPLETE"),
        ("\ufeffImage_State_Complete", "IMAGE_STATE_COMPLETE"),
        ("[State]\r\nImageState=IMAGE_STATE_UNDEPLOYABLE\r\n", "IMAGE_STATE_UNDEPLOYABLE"),
        ("other", "other"),
        ("  ", None),
    ],
)
def test_the_image_state_is_found_in_the_text_of_its_file(value: str, state: str | None) -> None:
    reading = parse_reading({**RESULT, "image_state": value, "state_ini": value})
    assert (reading.image_state, reading.state_ini) == (state, state)


@pytest.mark.parametrize("value", ["0", 0, 0.0])
def test_a_number_may_be_a_text(value: Any) -> None:
    assert parse_reading({**RESULT, "exit_code": value}).exit_code == 0


def test_the_result_of_a_task_has_the_reading_without_its_logs() -> None:
    result = parse_reading(RESULT).as_result()
    assert result == {
        **{name: value for name, value in RESULT.items() if not name.endswith("_tail")},
        "time": "2026-11-28T10:05:00.123456Z",
        "process_started": "2026-11-28T10:00:01.000000Z",
    }
