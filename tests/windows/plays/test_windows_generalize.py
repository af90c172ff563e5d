# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role windows_generalize on a simulated guest: the whole run, what it refuses, and a run that follows one that died."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from tests.support.windows import play as plays
from tests.support.windows.guest import Guest
from tests.support.windows.play import Played

SERVER: dict[str, Any] = json.loads((Path(plays.__file__).parent / "guests/server2022.json").read_text())
PASSWORD = "Geheim-4711-Pässwörd"
UNATTEND = f"""<?xml version="1.0"?><unattend xmlns="urn:schemas-microsoft-com:unattend"><settings><component>
<AutoLogon><Password><Value>{PASSWORD}</Value></Password><Username>builder</Username></AutoLogon></component></settings></unattend>"""
STATE = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State"
WINLOGON = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
HISTORY = r"C:\Users\builder\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\ConsoleHost_history.txt"
HOST_KEY = r"C:\ProgramData\ssh\ssh_host_ed25519_key"
FOLDER = r"C:\Windows\goldenimage-sysprep"
LAUNCH = "Launch Sysprep, which outlives the connection"
ERRORS = r"C:\Windows\System32\Sysprep\Panther\setuperr.log"
REFUSED = [
    {
        "after": 1,
        "files": {ERRORS: "{now}, Error SYSPRP Package Contoso.App_1.0 was installed for a user, but not provisioned for all users.\r\n"},
        "exit_code": 0,
    }
]


def server(folder: Path, **sections: Any) -> Guest:
    """A server with a password in an answer file, in a log and in the registry, and with host keys."""
    data = copy.deepcopy(SERVER)
    data["files"] |= {
        r"C:\Windows\Panther\unattend.xml": UNATTEND,
        r"C:\Windows\Panther\UnattendGC\setupact.log": f"used {PASSWORD}",
        HOST_KEY: "K",
    }
    winlogon = next(key for key in data["registry"] if key.lower().endswith("\\winlogon"))
    data["registry"][winlogon] |= {"DefaultPassword": PASSWORD, "AutoAdminLogon": "1"}
    return Guest.start({**data, **sections}, folder / "guest")


def generalize(guest: Guest, *options: str, environment: dict[str, str] | None = None, **variables: Any) -> Played:
    """Run the role on a VM in Azure."""
    known = {"confirm": guest.data["name"], "vm_id": guest.data["vm_id"], "backup": "/snapshots/1", **variables}
    given = {f"windows_generalize_{name}": value for name, value in known.items()}
    role = {"name": "role", "ansible.builtin.include_role": {"name": "goldenimage.azure.windows_generalize"}, "vars": given}
    tasks = [{"hosts": "all", "gather_facts": False, "tasks": [role]}]
    return plays.play(guest, tasks, *options, environment=environment, __windows_generalize_poll=1)


def ran(done: Played, task: str) -> bool:
    """Whether a task of the role has run."""
    return any(name.endswith(task) and not result.get("skipped") for name, result in done.tasks)


def test_a_server_is_generalized_and_powered_off_and_no_secret_reaches_the_controller(tmp_path: Path) -> None:
    guest = server(tmp_path)
    controller = guest.file.parent / "controller"
    cache = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(controller / "cache")}
    done = generalize(guest, "-vvvv", environment=cache)
    assert done.code == 0, done.text[-6000:]
    after = Guest(guest.file)
    assert after.complaints == []
    assert after.data["power"] == "stopped"
    assert after.registry.data(STATE, "ImageState") == "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"
    assert after.registry.data(WINLOGON, "DefaultPassword") is None
    gone = [HISTORY, HOST_KEY, FOLDER, r"C:\Windows\Panther\unattend.xml", r"C:\Windows\Panther\setupact.log"]
    assert [path for path in gone if after.drives.find(path).exists()] == []
    assert done.result("Wait until Sysprep has ended")["verdict"] == "generalized"
    assert PASSWORD not in done.text
    found = [path for path in controller.rglob("*") if path.is_file()]
    assert [path for path in found if PASSWORD.encode() in path.read_bytes()] == []
    saved = [path for path in found if "goldenimage-panther" in path.parts]
    assert {path.name.split("-", 1)[1] for path in saved} >= {"C_Windows_Panther_unattend.xml", "C_Windows_Panther_UnattendGC_setupact.log"}
    assert {path.stat().st_mode & 0o777 for path in saved} == {0o600}
    assert {path.parent.stat().st_mode & 0o777 for path in saved} == {0o700}


def test_check_mode_changes_nothing(tmp_path: Path) -> None:
    guest = server(tmp_path)
    done = generalize(guest, "--check")
    assert done.code == 0, done.text[-6000:]
    assert done.changed == []
    after = Guest(guest.file)
    assert (after.complaints, after.is_on) == ([], True)
    assert after.registry.data(WINLOGON, "DefaultPassword") == PASSWORD
    assert after.registry.data(STATE, "ImageState") == "IMAGE_STATE_COMPLETE"
    assert after.drives.find(HISTORY).exists()


def test_a_refused_sysprep_leaves_the_server_running_and_says_why(tmp_path: Path) -> None:
    guest = server(tmp_path, sysprep=REFUSED)
    done = generalize(guest)
    assert done.code != 0
    assert "was not generalized, and was not powered off. The verdict is refused" in done.message
    assert "not provisioned for all users" in done.message
    after = Guest(guest.file)
    assert (after.complaints, after.is_on) == ([], True)
    assert after.drives.find(HOST_KEY).exists()
    assert not after.drives.find(FOLDER).exists()


def test_a_run_after_one_that_died_joins_its_sysprep(tmp_path: Path) -> None:
    guest = server(tmp_path, connection=[{"poll": 1, "fault": "refused", "times": None}])
    died = generalize(guest, timeout=6, stall_timeout=5)
    assert died.code != 0
    between = Guest(guest.file)
    assert between.is_on
    assert between.run["sysprep"]["pid"]
    between.data["connection"] = []
    between.save()
    done = generalize(between)
    assert done.code == 0, done.text[-6000:]
    names = [name for name, _result in done.tasks]
    assert not [
        name for name in names if name.endswith(("Launch Sysprep, which outlives the connection", "Read the facts about the guest"))
    ]
    after = Guest(guest.file)
    assert (after.complaints, after.data["power"]) == ([], "stopped")


def test_accounts_of_windows_and_unknown_ones_are_not_removed(tmp_path: Path) -> None:
    guest = server(tmp_path)
    for name, reason in (("administrator", "is a part of Windows"), ("nobody", "no local account nobody")):
        done = generalize(guest, remove_account=name)
        assert done.code != 0
        assert reason in done.message
    after = Guest(guest.file)
    assert "sysprep" not in after.run
    assert after.drives.find(HISTORY).exists()


def test_a_server_that_a_dead_run_has_generalized_is_powered_off(tmp_path: Path) -> None:
    guest = server(tmp_path)
    for path, content in {
        rf"{FOLDER}\started.json": '{"started": "2026-11-01T07:00:00Z", "pid": 4000}',
        rf"{FOLDER}\exit_code": "0",
        r"C:\Windows\Setup\State\State.ini": "[State]\r\nImageState=IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE\r\n",
        r"C:\Windows\System32\Sysprep\Sysprep_succeeded.tag": "",
    }.items():
        guest.drives.write(path, content)
    guest.registry.set(STATE, "ImageState", "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE")
    guest.save()
    done = generalize(guest, remove_account="builder")
    assert done.code == 0, done.text[-6000:]
    assert not ran(done, LAUNCH)
    after = Guest(guest.file)
    assert after.complaints == []
    assert not after.drives.find(HOST_KEY).exists()
    # The guest does not run what its task scheduler was given: test_finish.py does.
    assert after.run["scheduled"]["goldenimage-remove-account"]["started"]


def test_mode_vm_is_an_argument_of_sysprep_only_if_it_is_asked_for(tmp_path: Path) -> None:
    guest = server(tmp_path)
    show = {"name": "show", "ansible.builtin.debug": {"msg": "{{ __windows_generalize_arguments }}"}}
    files = {"ansible.builtin.include_vars": str(plays.ROOT / "roles/windows_generalize/vars/main.yml")}
    plain = plays.play_tasks(guest, [files, show], windows_generalize_mode_vm=False)
    asked = plays.play_tasks(guest, [files, show], windows_generalize_mode_vm=True)
    assert plain.result("show")["msg"] == ["/generalize", "/oobe", "/quiet", "/quit"]
    assert asked.result("show")["msg"] == ["/generalize", "/oobe", "/quiet", "/quit", "/mode:vm"]
