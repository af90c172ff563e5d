# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""launch.ps1 starts Sysprep detached, as the administrator, and keeps its exit code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.windows import manifest, sysprep
from tests.support.windows.guest import Guest

from .conftest import MakeGuest, result, run

FOLDER = r"C:\Windows\goldenimage-sysprep"
PARAMETERS = {"Folder": r"%SystemRoot%\goldenimage-sysprep", "Arguments": ["/generalize", "/oobe", "/quiet", "/quit"]}
PROGRAM = r"C:\Windows\System32\Sysprep\sysprep.exe"
TAG = r"C:\Windows\System32\Sysprep\Sysprep_succeeded.tag"
LOCAL_SYSTEM = {"identity": {"name": "NT-AUTORITÄT\\SYSTEM", "sid": "S-1-5-18", "administrator": True}}


def launched(guest: Guest) -> list[dict[str, Any]]:
    """The processes that WMI was asked for."""
    found: list[dict[str, Any]] = guest.run.get("launched", [])
    return found


def read(guest: Guest, name: str) -> str:
    """A file in the folder of the role."""
    return guest.drives.find(rf"{FOLDER}\{name}").read_text()


def test_sysprep_is_started_in_a_process_of_wmi_and_its_start_is_kept(make_guest: MakeGuest) -> None:
    guest = make_guest(files={PROGRAM: "", TAG: "old"})
    found = result(guest, "launch.ps1", PARAMETERS)
    [process] = launched(guest)
    assert found["pid"] == process["pid"]
    assert json.loads(read(guest, "started.json")) == {"started": found["started"], "pid": process["pid"]}
    script = manifest.encoded_command(process["command_line"])
    assert f"-FilePath '{PROGRAM}' -ArgumentList '/generalize', '/oobe', '/quiet', '/quit' -PassThru" in script


def test_the_tag_and_the_exit_code_of_an_earlier_sysprep_are_gone(make_guest: MakeGuest) -> None:
    guest = make_guest(files={PROGRAM: "", TAG: "old", rf"{FOLDER}\exit_code": "0"})
    result(guest, "launch.ps1", PARAMETERS)
    assert not guest.drives.find(TAG).exists()
    assert not guest.drives.find(rf"{FOLDER}\exit_code").exists()


@pytest.mark.parametrize("exit_code", [0, 3, -2147024809])
def test_the_process_keeps_the_exit_code(make_guest: MakeGuest, exit_code: int) -> None:
    guest = make_guest(files={PROGRAM: ""}, sysprep=[{"after": 0, "exit_code": exit_code}])
    result(guest, "launch.ps1", PARAMETERS)
    sysprep.begin(guest)
    assert read(guest, "exit_code").strip() == str(exit_code)
    assert not guest.drives.find(rf"{FOLDER}\exit_code.part").exists()


def test_what_keeps_sysprep_from_starting_is_kept_in_place_of_the_exit_code(make_guest: MakeGuest) -> None:
    guest = make_guest(files={PROGRAM: ""})
    result(guest, "launch.ps1", PARAMETERS)
    script = manifest.encoded_command(launched(guest)[0]["command_line"])
    failing = "function Start-Process { throw 'This program is blocked by group policy.' }\n" + script
    from tests.support.windows.answers import scripts

    assert not scripts.run(guest, failing).get("failed")
    assert read(guest, "exit_code").strip() == "This program is blocked by group policy."


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"commands": LOCAL_SYSTEM}, "Microsoft does not support Sysprep as LocalSystem: connect as a local administrator."),
        ({"processes": [{"name": "sysprep", "id": 7}]}, "Sysprep runs already, and was not started by this role."),
        ({"files": {}}, f"There is no {PROGRAM}."),
        ({"commands": {"Win32_Process.Create": 2}}, "Windows did not start Sysprep: Win32_Process.Create returned 2."),
        ({"denied": [TAG], "files": {PROGRAM: "", TAG: "old"}}, "is denied"),
    ],
    ids=["local system on a localized Windows", "sysprep runs", "no sysprep", "access denied to WMI", "access denied to the tag"],
)
def test_sysprep_is_not_started_and_no_start_is_kept(make_guest: MakeGuest, sections: dict[str, Any], message: str) -> None:
    guest = make_guest(**{"files": {PROGRAM: ""}, **sections})
    answer = run(guest, "launch.ps1", PARAMETERS)
    assert answer["failed"]
    assert message in answer["msg"]
    assert launched(guest) == []
    assert not guest.drives.find(FOLDER).exists()


def test_one_argument_and_a_folder_with_a_quote_stay_what_they_are(make_guest: MakeGuest) -> None:
    guest = make_guest(files={PROGRAM: ""})
    result(guest, "launch.ps1", {"Folder": r"C:\it's", "Arguments": ["/generalize"]})
    script = manifest.encoded_command(launched(guest)[0]["command_line"])
    assert r"Join-Path 'C:\it''s' 'exit_code.part'" in script
    assert "-ArgumentList '/generalize' -PassThru" in script


def test_check_mode_starts_nothing(make_guest: MakeGuest) -> None:
    guest = make_guest(files={PROGRAM: "", TAG: "old"})
    answer = run(guest, "launch.ps1", PARAMETERS, check_mode=True)
    assert not answer.get("failed"), answer
    assert not answer["changed"]
    assert launched(guest) == []
    assert guest.drives.find(TAG).exists()
