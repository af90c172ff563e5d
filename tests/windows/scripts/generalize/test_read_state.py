# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""read_state.ps1 reads what the wait for Sysprep judges."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.reading import Reading, parse_reading

from .conftest import MakeGuest, result, run

STATE = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State"
STATUS = r"HKLM:\SYSTEM\Setup\Status\SysprepStatus"
PARAMETERS = {"Folder": r"%SystemRoot%\goldenimage-sysprep"}
FOLDER = r"C:\Windows\goldenimage-sysprep"
PANTHER = r"C:\Windows\System32\Sysprep\Panther"
INI = r"C:\Windows\Setup\State\State.ini"
RECORD = json.dumps({"started": "2026-11-28T07:00:00Z", "pid": 4000})
GENERALIZED: dict[str, Any] = {
    "registry": {STATE: {"ImageState": "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"}, STATUS: {"GeneralizationState": 4, "CleanupState": 2}},
    "files": {
        INI: "[State]\r\nImageState=IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE\r\n",
        r"C:\Windows\System32\Sysprep\Sysprep_succeeded.tag": "",
        rf"{FOLDER}\started.json": RECORD,
        rf"{FOLDER}\exit_code": "0\r\n",
        rf"{PANTHER}\setupact.log": "".join(f"2026-11-28 07:00:{n:02d}, Info SYSPRP step {n}\r\n" for n in range(59)),
        rf"{PANTHER}\setuperr.log": "2026-11-28 07:00:01, Error SYSPRP one\r\n2026-11-28 07:00:02, Error SYSPRP two\r\n",
    },
}


def changed(**sections: Any) -> dict[str, Any]:
    """The sections of the generalized guest with others added to them."""
    return {**GENERALIZED, **sections}


def with_files(**files: Any) -> dict[str, Any]:
    """The generalized guest with other files in the folder of the role; None stands for no such file."""
    named = {rf"{FOLDER}\{name}": content for name, content in files.items()}
    kept = {path: content for path, content in {**GENERALIZED["files"], **named}.items() if content is not None or path not in named}
    return changed(files=kept)


def reading_of(make_guest: MakeGuest, sections: dict[str, Any]) -> Reading:
    """The reading of a guest, as the wait for Sysprep parses it."""
    return parse_reading(result(make_guest(**sections), "read_state.ps1", PARAMETERS))


def test_every_value_of_a_generalized_guest_is_read(make_guest: MakeGuest) -> None:
    found = reading_of(make_guest, GENERALIZED)
    now = datetime.now(timezone.utc)
    assert found.flaw == ""
    assert abs(found.time - now) < timedelta(minutes=1)
    assert abs(found.tag_time - now) < timedelta(minutes=1)
    assert found.utc_offset_minutes == now.astimezone().utcoffset() / timedelta(minutes=1)
    assert found.uptime_seconds > 0
    assert (found.process, found.pid, found.process_started, found.exit_code) == ("ended", 4000, None, 0)
    assert found.image_state == found.state_ini == "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"
    assert found.setupact_size == len(GENERALIZED["files"][rf"{PANTHER}\setupact.log"])
    assert len(found.setupact_tail) == 59
    assert found.setuperr_tail == ("2026-11-28 07:00:01, Error SYSPRP one", "2026-11-28 07:00:02, Error SYSPRP two")
    assert found.sysprep_status == {"GeneralizationState": 4, "CleanupState": 2}


def test_a_guest_without_anything_gives_nulls(make_guest: MakeGuest) -> None:
    found = reading_of(make_guest, {})
    assert (found.process, found.pid, found.exit_code, found.image_state, found.state_ini) == ("absent", None, None, None, None)
    assert (found.tag_time, found.setupact_size, found.setupact_tail, found.setuperr_tail) == (None, None, (), ())
    assert found.sysprep_status == {}


def test_access_denied_to_one_place_leaves_the_others(make_guest: MakeGuest) -> None:
    registry = {**GENERALIZED["registry"], STATE: "denied"}
    found = reading_of(make_guest, changed(registry=registry, denied=[rf"{PANTHER}\setuperr.log", rf"{FOLDER}\started.json"]))
    assert (found.image_state, found.setuperr_tail) == (None, ())
    assert (found.exit_code, found.state_ini) == (0, "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE")


def test_lines_of_a_localized_windows_and_a_single_line_stay_what_they_are(make_guest: MakeGuest) -> None:
    files = {**GENERALIZED["files"], rf"{PANTHER}\setuperr.log": "2026-11-28 07:00:01, Fehler: Zugriff verweigert für „Gerät“"}
    assert reading_of(make_guest, changed(files=files)).setuperr_tail == ("2026-11-28 07:00:01, Fehler: Zugriff verweigert für „Gerät“",)


def test_empty_files_give_no_values(make_guest: MakeGuest) -> None:
    empty = dict.fromkeys(GENERALIZED["files"], "")
    found = reading_of(make_guest, changed(files=empty))
    assert (found.setupact_size, found.setupact_tail, found.setuperr_tail, found.exit_code) == (0, (), (), None)


def test_only_the_last_lines_of_a_long_log_are_returned(make_guest: MakeGuest) -> None:
    files = {**GENERALIZED["files"], rf"{PANTHER}\setupact.log": "".join(f"line {n}\n" for n in range(5000))}
    found = reading_of(make_guest, changed(files=files))
    assert (len(found.setupact_tail), found.setupact_tail[-1]) == (60, "line 4999")


WAITS = {"name": "powershell", "id": 4000, "started": "2026-11-28T07:00:00Z"}
SYSPREP = {"name": "sysprep", "id": 4001, "started": "2026-11-28T07:00:01Z"}
OTHER = {"name": "powershell", "id": 77}
REUSED = {"name": "svchost", "id": 4000}


@pytest.mark.parametrize(
    ("processes", "exit_code", "process", "pid"),
    [
        ([WAITS, SYSPREP], None, "running", 4001),
        ([SYSPREP], None, "running", 4001),
        ([WAITS], None, "running", 4000),
        ([SYSPREP], "0", "running", 4001),
        ([WAITS], "0", "ended", 4000),
        ([OTHER, REUSED], None, "absent", 4000),
        ([OTHER], "3", "ended", 4000),
    ],
)
def test_whether_sysprep_runs(make_guest: MakeGuest, processes: list[Any], exit_code: str | None, process: str, pid: int) -> None:
    found = reading_of(make_guest, {**with_files(exit_code=exit_code), "processes": processes})
    assert (found.process, found.pid) == (process, pid)


def test_the_start_of_the_process_tells_it_from_a_later_one_with_its_id(make_guest: MakeGuest) -> None:
    found = reading_of(make_guest, {**with_files(exit_code=None), "processes": [SYSPREP]})
    assert found.process_started == datetime(2026, 11, 28, 7, 0, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("kept", "exit_code", "error"), [("This program is blocked.\r\n", None, "This program is blocked."), ("3", 3, None)]
)
def test_a_sysprep_that_was_not_started_says_why(make_guest: MakeGuest, kept: str, exit_code: int | None, error: str | None) -> None:
    found = reading_of(make_guest, with_files(exit_code=kept))
    assert (found.process, found.exit_code, found.launch_error) == ("ended", exit_code, error)


@pytest.mark.parametrize(("record", "started"), [(RECORD, "2026-11-28T07:00:00Z"), (None, None), ('{"sta', None)])
def test_when_a_run_of_this_role_has_started(make_guest: MakeGuest, record: str | None, started: str | None) -> None:
    assert result(make_guest(**with_files(**{"started.json": record})), "read_state.ps1", PARAMETERS)["started"] == started


def test_it_only_reads(make_guest: MakeGuest) -> None:
    assert not run(make_guest(**GENERALIZED), "read_state.ps1", PARAMETERS)["changed"]
