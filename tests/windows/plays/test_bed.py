# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Windows guest itself: what it answers, what it refuses, and how its connection fails."""

from __future__ import annotations

import base64
import re
from collections import Counter
from pathlib import Path
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.inspect import inspect

from tests.support.lab_group import LabGroup
from tests.support.running_lab import azlab
from tests.support.windows.answers.scripts import PRELUDES
from tests.support.windows.disk import FileBytes
from tests.support.windows.guest import SERVER, Guest
from tests.support.windows.lab_vm import put_windows_vm
from tests.support.windows.play import play_tasks

SETUP = r"HKLM:\SYSTEM\Setup"


def guest_with(folder: Path, **sections: Any) -> Guest:
    """A guest that has only these sections and a name."""
    return Guest.start({"name": "win-01", "platform": "other", **sections}, folder / "guest")


def test_one_play_answers_the_modules(tmp_path: Path) -> None:
    guest = guest_with(
        tmp_path,
        registry={SETUP: {"SetupType": 0}},
        services={"w32time": {"status": "Stopped", "start": "Manual"}},
        files={r"C:\Windows\Setup\State\State.ini": "[State]\nImageState=IMAGE_STATE_COMPLETE\n"},
    )
    script = f"$Ansible.Changed = $false; $Ansible.Result = Get-ItemProperty -Path {SETUP}"
    value = {"path": SETUP, "name": "SetupType", "data": 2, "type": "dword"}
    done = play_tasks(
        guest,
        [
            {"name": "ping", "ansible.windows.win_ping": {}},
            {"name": "set", "ansible.windows.win_regedit": value},
            {"name": "set again", "ansible.windows.win_regedit": value},
            {"name": "start", "ansible.windows.win_service": {"name": "W32Time", "start_mode": "auto", "state": "started"}},
            {"name": "start again", "ansible.windows.win_service": {"name": "W32Time", "start_mode": "auto", "state": "started"}},
            {"name": "state", "ansible.windows.win_stat": {"path": r"c:\windows\setup\state\state.INI"}},
            {"name": "copy", "ansible.windows.win_copy": {"content": "hello", "dest": r"C:\Windows\Temp\a.txt"}},
            {"name": "slurp", "ansible.windows.slurp": {"src": r"C:\Windows\Temp\a.txt"}},
            {"name": "script", "ansible.windows.win_powershell": {"script": script}},
            {"name": "restart", "ansible.windows.win_reboot": {"pre_reboot_delay": 2}},
            {"name": "facts", "ansible.builtin.setup": {}},
        ],
    )
    assert done.code == 0, done.text
    assert done.changed == ["set", "start", "copy", "restart"]
    assert done.result("state")["stat"]["exists"]
    assert done.result("script")["result"]["SetupType"] == 2
    after = Guest(guest.file)
    assert after.registry.data(SETUP, "SetupType") == 2
    assert after.registry.data(r"HKLM:\SYSTEM\CurrentControlSet\Services\w32time", "Start") == 2
    assert after.complaints == []


def test_what_the_guest_does_not_know_fails_the_test(tmp_path: Path) -> None:
    guest = guest_with(tmp_path)
    asked: list[dict[str, Any]] = [
        {"ansible.windows.win_dns_zone": {"name": "a.example", "type": "primary"}},
        {"ansible.windows.win_regedit": {"path": SETUP, "name": "a", "kind": "dword"}},
        {"ansible.windows.win_regedit": {"path": SETUP, "name": "a", "type": "word"}},
        {"ansible.windows.win_service": {"state": "started"}},
        {"ansible.windows.win_service": {"name": "x", "dependencies": ["y"]}},
        {"ansible.windows.win_command": {"cmd": "bcdedit /enum"}},
        {"ansible.windows.win_powershell": {"script": "Get-WindowsImage -Online"}},
        {"ansible.windows.win_ping": {}, "async": 10, "poll": 1},
    ]
    done = play_tasks(guest, [{**task, "ignore_errors": True} for task in asked])
    assert len(done.failed) == len(asked), done.text
    found = Guest(guest.file).complaints
    parts = ("win_dns_zone", "kind", "word", "name", "dependencies", "bcdedit /enum", "Get-WindowsImage", "async")
    assert [part for part, text in zip(parts, found, strict=True) if part not in text] == []


def test_check_mode_predicts_and_changes_nothing(tmp_path: Path) -> None:
    guest = guest_with(tmp_path, services={"a": {"status": "Running", "start": "Manual"}}, files={r"C:\gone\a": "1"})
    tasks: list[dict[str, Any]] = [
        {"name": "value", "ansible.windows.win_regedit": {"path": SETUP, "name": "A", "data": "b"}},
        {"name": "service", "ansible.windows.win_service": {"name": "a", "start_mode": "disabled", "state": "stopped"}},
        {"name": "folder", "ansible.windows.win_file": {"path": r"C:\gone", "state": "absent"}},
        {"name": "proxy", "ansible.windows.win_http_proxy": {"proxy": "proxy:3128", "bypass": ["168.63.129.16"]}},
        {"name": "copy", "ansible.windows.win_copy": {"content": "x", "dest": r"C:\x"}},
    ]
    predicted = play_tasks(guest, tasks, "--check", "--diff")
    assert predicted.changed == ["value", "service", "folder", "proxy", "copy"], predicted.text
    assert predicted.result("value")["diff"]["after"] == {SETUP: {"A": {"type": "String", "value": "b"}}}
    real, again = play_tasks(guest, tasks), play_tasks(guest, tasks)
    assert (real.changed, again.changed) == (predicted.changed, [])
    assert Guest(guest.file).complaints == []


def test_a_connection_fails_at_its_command(tmp_path: Path) -> None:
    guest = guest_with(tmp_path, connection=[{"command": 1, "fault": "lost"}, {"command": 3, "fault": "refused", "times": 2}])
    value = {"path": SETUP, "name": "A", "data": "1"}
    tasks = [{"name": f"try {number}", "ansible.windows.win_regedit": value, "ignore_unreachable": True} for number in range(1, 6)]
    done = play_tasks(guest, tasks)
    assert done.failed == ["try 1", "try 3", "try 4"], done.text
    assert done.changed == []  # the first command was carried out, although its answer was lost


LAUNCH = r"""
$guest = Read-SimulatedGuest
$guest.run | Add-Member launched @(@{ pid = 900; command_line = 'powershell.exe -EncodedCommand CODE' })
Write-SimulatedGuest $guest
"""
WAIT = r"""
$process = Start-Process -FilePath C:\Windows\System32\Sysprep\sysprep.exe -ArgumentList '/generalize' -PassThru
$process.WaitForExit()
Set-Content -LiteralPath C:\Windows\exit_code -Value $process.ExitCode
"""
STATE = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State"
LOG = r"C:\Windows\System32\Sysprep\Panther\setuperr.log"


def test_sysprep_advances_at_each_poll(tmp_path: Path) -> None:
    undeployable = {STATE: {"ImageState": "IMAGE_STATE_UNDEPLOYABLE"}}
    course = [
        {"after": 0, "files": {LOG: "{now}, Error first\r\n"}},
        {"after": 2, "registry": undeployable, "files": {LOG: {"append": "{now}, Error second\r\n"}}},
        {"after": 3, "exit_code": 7},
    ]
    guest = guest_with(tmp_path, sysprep=course, run={}, connection=[{"poll": 2, "fault": "timeout"}])
    launch = LAUNCH.replace("CODE", base64.b64encode(WAIT.encode("utf-16-le")).decode())
    look = [{"name": f"poll {number}", "ansible.windows.win_reg_stat": {"path": STATE, "name": "ImageState"}} for number in (1, 2, 3)]
    done = play_tasks(
        guest,
        [
            {"name": "launch", "ansible.windows.win_powershell": {"script": launch}},
            *({**task, "ignore_unreachable": True} for task in look),
        ],
    )
    assert done.failed == ["poll 2"], done.text
    assert not done.result("poll 1")["exists"]
    assert done.result("poll 3")["value"] == "IMAGE_STATE_UNDEPLOYABLE"
    after = Guest(guest.file)
    assert re.fullmatch(r"(20\d\d-\d\d-\d\d [\d:]{8}, Error (first|second)\r\n){2}", after.drives.find(LOG).read_bytes().decode())
    assert after.drives.find(r"C:\Windows\exit_code").read_text().strip() == "7"
    assert (after.data["processes"], after.complaints) == ([], [])


def test_a_guest_that_was_shut_down_refuses_connections(tmp_path: Path) -> None:
    guest = guest_with(tmp_path)
    down = {"name": "down", "ansible.windows.win_powershell": {"script": "Stop-Computer -Force"}}
    done = play_tasks(guest, [down, {"name": "ping", "ansible.windows.win_ping": {}}])
    assert (done.failed, done.code) == (["ping"], 4), done.text
    assert Guest(guest.file).data["power"] == "stopped"


def test_the_disk_of_a_guest_that_was_shut_down_is_in_its_vm(tmp_path: Path, lab_group: LabGroup) -> None:
    guest = Guest.start(SERVER, tmp_path / "guest")
    put_windows_vm(lab_group, guest)
    assert _readings(lab_group, tmp_path)[0] == "IMAGE_STATE_COMPLETE"
    value = {"path": STATE, "name": "ImageState", "data": "IMAGE_STATE_UNDEPLOYABLE"}
    down = {"ansible.windows.win_powershell": {"script": "Stop-Computer -Force"}}
    done = play_tasks(guest, [{"ansible.windows.win_regedit": value}, down])
    assert done.code == 0, done.text
    assert "PowerState/stopped" in lab_group.power("web-01")
    assert _readings(lab_group, tmp_path) == ("IMAGE_STATE_UNDEPLOYABLE", "IMAGE_STATE_COMPLETE")


def _readings(group: LabGroup, folder: Path) -> tuple[str | None, str | None]:
    """The image state in the registry and that in State.ini, on the OS disk of the VM."""
    file = folder / "os.raw"
    azlab("--state", group.lab.settings.state, "disk", "get", group.id("disks", "web-01-os"), file)
    found = inspect(FileBytes(file))
    return found.image_state, found.state_ini


def test_each_stand_in_is_defined_once() -> None:
    """All preludes are joined, and of two functions with one name only the last would count."""
    defined = [name for file in sorted(PRELUDES.glob("*.ps1")) for name in re.findall(r"(?im)^function ([\w.-]+)", file.read_text())]
    assert sorted(each for each, count in Counter(defined).items() if count > 1) == []
