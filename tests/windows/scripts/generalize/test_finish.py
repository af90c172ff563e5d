# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""finish.ps1 removes the last traces and powers off, and account.ps1 reads which account goes with them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from tests.support.windows import manifest
from tests.support.windows.answers import scripts
from tests.support.windows.guest import Guest

from .conftest import FILES, MakeGuest, result, run

ROWS = [
    row for row in yaml.safe_load((FILES.parent / "vars/traces.yml").read_text())["__windows_generalize_traces"] if row["stage"] == "last"
]
FOLDER = r"C:\Windows\goldenimage-sysprep"
KEY = r"C:\ProgramData\ssh\ssh_host_rsa_key"
HOME = r"C:\Users\builder"
SID = "S-1-5-21-1-2-3-1001"
PARAMETERS = {"Folder": r"%SystemRoot%\goldenimage-sysprep", "Traces": (FILES / "traces.ps1").read_text(), "Rows": ROWS}
FILES_OF_GUEST: dict[str, Any] = {rf"{FOLDER}\started.json": "{}", rf"{FOLDER}\exit_code": "0", KEY: "K"}
USERS = [
    {"name": "Administrateur", "sid": "S-1-5-21-1-2-3-500", "enabled": True},
    {"name": "builder", "sid": SID, "enabled": True},
    {"name": "buildér*", "sid": "S-1-5-21-1-2-3-1002", "enabled": True},
]
# Removes what an account and its profile are on the guest, and the task.
# https://learn.microsoft.com/powershell/module/cimcmdlets/remove-ciminstance [D],
# .../microsoft.powershell.localaccounts/remove-localuser [D], .../scheduledtasks/unregister-scheduledtask [D]. Windows refuses to remove
# a profile that is loaded [K].
AS_SYSTEM = """
function Start-Sleep { param($Seconds) }
function Remove-CimInstance {
    param($InputObject)
    if ($InputObject.Loaded) { throw 'The process cannot access the file because it is being used by another process.' }
    $guest = Read-GuestTable; $guest.commands['Get-CimInstance'] = @{ Win32_UserProfile = @() }; Write-SimulatedGuest $guest
}
function Remove-LocalUser {
    param($SID)
    $guest = Read-GuestTable; $guest.users = @($guest.users | Where-Object { $_.sid -ne $SID }); Write-SimulatedGuest $guest
}
function Unregister-ScheduledTask {
    [CmdletBinding(SupportsShouldProcess)] param($TaskName)
    $guest = Read-GuestTable; $guest.run.scheduled.Remove($TaskName); Write-SimulatedGuest $guest
}
"""


def files(guest: Guest) -> list[str]:
    """The files that are left of those that finish.ps1 may touch."""
    return [path for path in FILES_OF_GUEST if guest.drives.find(path).exists()]


def power(guest: Guest) -> str:
    """The state of power that the guest was asked for."""
    return str(guest.data.get("power", "running"))


def test_the_last_traces_go_and_the_guest_powers_off(make_guest: MakeGuest) -> None:
    guest = make_guest(files=FILES_OF_GUEST)
    assert run(guest, "finish.ps1", PARAMETERS)["changed"]
    assert (files(guest), power(guest)) == ([], "stopping")


def test_a_guest_with_nothing_left_powers_off(make_guest: MakeGuest) -> None:
    guest = make_guest(files={FOLDER: None})
    result(guest, "finish.ps1", PARAMETERS)
    assert power(guest) == "stopping"


@pytest.mark.parametrize(
    ("sections", "message", "left"),
    [
        ({"denied": [KEY]}, "The guest stays on, because this could not be removed: openssh_host_keys", list(FILES_OF_GUEST)),
        ({"commands": {"shutdown": 5}}, "The guest does not power off: shutdown.exe returned 5.", list(FILES_OF_GUEST)),
    ],
    ids=["access denied", "the power-off is refused"],
)
def test_a_guest_that_cannot_be_finished_stays_on_with_its_record(
    make_guest: MakeGuest, sections: dict[str, Any], message: str, left: list[str]
) -> None:
    guest = make_guest(files=FILES_OF_GUEST, **sections)
    answer = run(guest, "finish.ps1", PARAMETERS)
    assert answer["failed"]
    assert message in answer["msg"]
    assert (files(guest), power(guest)) == (left, "running")


def test_check_mode_powers_nothing_off(make_guest: MakeGuest) -> None:
    guest = make_guest(files=FILES_OF_GUEST)
    run(guest, "finish.ps1", PARAMETERS, check_mode=True)
    assert (files(guest), power(guest)) == (list(FILES_OF_GUEST), "running")


def remove_account(guest: Guest) -> dict[str, Any]:
    """Schedule the removal of the account and let the scheduled task run."""
    result(guest, "finish.ps1", {**PARAMETERS, "AccountSid": SID})
    assert power(guest) == "running"
    [(name, task)] = guest.data["run"]["scheduled"].items()
    assert (name, task["user"], task["started"]) == ("goldenimage-remove-account", "S-1-5-18", True)
    return scripts.run(guest, AS_SYSTEM + manifest.encoded_command(f"{task['execute']} {task['argument']}"))


def profile(*, loaded: bool) -> dict[str, Any]:
    """The profile of the account, as WMI has it."""
    return {"Get-CimInstance": {"Win32_UserProfile": [{"SID": SID, "LocalPath": HOME, "Loaded": loaded}]}}


def test_the_system_removes_the_account_with_its_profile_and_powers_off(make_guest: MakeGuest) -> None:
    guest = make_guest(files=FILES_OF_GUEST, users=copy.deepcopy(USERS), commands=profile(loaded=False))
    assert not remove_account(guest).get("failed")
    assert [user["sid"] for user in guest.data["users"]] == ["S-1-5-21-1-2-3-500", "S-1-5-21-1-2-3-1002"]
    assert guest.data["commands"]["Get-CimInstance"]["Win32_UserProfile"] == []
    assert guest.data["run"]["scheduled"] == {}
    assert (files(guest), power(guest)) == ([], "stopping")


def test_an_account_that_stays_signed_in_is_kept_and_the_guest_stays_on(make_guest: MakeGuest) -> None:
    guest = make_guest(files=FILES_OF_GUEST, users=copy.deepcopy(USERS), commands=profile(loaded=True))
    result(guest, "finish.ps1", {**PARAMETERS, "AccountSid": SID})
    task = guest.data["run"]["scheduled"]["goldenimage-remove-account"]
    script = manifest.encoded_command(task["argument"]).replace("AddSeconds(300)", "AddSeconds(0)")
    assert scripts.run(guest, AS_SYSTEM + script)["failed"]
    assert SID in [user["sid"] for user in guest.data["users"]]
    assert power(guest) == "running"
    assert rf"{FOLDER}\started.json" in files(guest)


@pytest.mark.parametrize(
    ("name", "users", "sid"),
    [
        ("BUILDER", USERS, SID),
        ("Administrateur", USERS, "S-1-5-21-1-2-3-500"),
        ("build*", USERS, None),
        ("builder", USERS[1:2], SID),
        ("builder", [], None),
    ],
)
def test_an_account_is_found_by_its_exact_name(make_guest: MakeGuest, name: str, users: list[Any], sid: str | None) -> None:
    assert result(make_guest(users=users), "account.ps1", {"Name": name}) == {"sid": sid}


def test_accounts_that_cannot_be_read_fail(make_guest: MakeGuest) -> None:
    answer = run(make_guest(users={"error": "Zugriff verweigert"}), "account.ps1", {"Name": "builder"})
    assert answer["failed"]
    assert answer["msg"].endswith("Zugriff verweigert")
