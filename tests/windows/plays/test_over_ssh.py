# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles for Windows through Ansible's own ssh connection and a real OpenSSH server, behind which there is a simulated guest."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from tests.support.windows.guest import SERVER, Guest
from tests.support.windows.over_ssh.served import served
from tests.support.windows.play import play_tasks

ROLE = "goldenimage.azure.windows_generalize"
STATE = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State"
LAUNCH = "Launch Sysprep, which outlives the connection"
# Commands since the start: the launch is the first. From then on each command is a poll of Sysprep as well.
FAULTS = [{"poll": 1, "fault": "lost"}, {"poll": 2, "fault": "timeout"}]


FACTS = "__windows_preflight_facts"
NAME = "Bäcker „x“ 'y' `z`"
"""Characters that a shell, PowerShell, JSON or a code page might change."""


def server(folder: Path, **sections: Any) -> Guest:
    guest = Guest.start(SERVER, folder / "guest")
    guest.data |= copy.deepcopy(sections)
    guest.save()
    return guest


def parts(*names: str, role: str = ROLE) -> list[dict[str, Any]]:
    """Tasks that run parts of a role."""
    return [{"name": name, "ansible.builtin.include_role": {"name": role, "tasks_from": name}} for name in names]


def test_sysprep_is_launched_and_awaited_although_connections_are_killed(tmp_path: Path) -> None:
    guest = server(tmp_path, connection=FAULTS)
    with served(guest) as ssh:
        done = play_tasks(guest, parts("launch", "wait", "finish"), host=ssh.host, __windows_generalize_poll=1)
        closed = ssh.wait_until_unused()
    assert done.code == 0, done.text[-6000:]
    assert done.failed == []
    assert done.result("Wait until Sysprep has ended")["verdict"] == "generalized"
    after = Guest(guest.file)
    assert (after.complaints, after.data["power"]) == ([], "stopped")
    assert after.registry.data(STATE, "ImageState") == "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"
    # One connection carries all commands until it is killed or hangs, and the role closes the last one.
    assert len(after.commands_run) == 5
    assert (ssh.connections, closed) == (3, True)


def test_a_launch_whose_answer_is_lost_does_not_start_a_second_sysprep(tmp_path: Path) -> None:
    """The connection itself sends a command again, if it is asked to, although the guest may have carried it out."""
    guest = server(tmp_path, connection=[{"command": 1, "fault": "lost"}])
    show = {"name": "show", "ansible.builtin.debug": {"msg": "{{ __windows_generalize_joins }}"}}
    tasks = [{"block": parts("launch"), "rescue": [*parts("find_run"), show]}]
    with served(guest) as ssh:
        done = play_tasks(guest, tasks, host={**ssh.host, "ansible_ssh_retries": 1})
    assert [name.rpartition(" : ")[2] for name in done.failed] == [LAUNCH], done.text[-6000:]
    assert "Sysprep runs already" in done.message
    assert done.result("show")["msg"] is True  # the next run of the role waits for that Sysprep
    after = Guest(guest.file)
    assert after.complaints == []
    assert [row["name"] for row in after.data["processes"]].count("sysprep") == 1


def test_the_facts_for_the_preflight_arrive_over_ssh_as_they_were_read(tmp_path: Path) -> None:
    guest = server(tmp_path)
    guest.data["users"].append({"name": NAME, "sid": "S-1-5-21-1-2-3-1077", "enabled": True})
    guest.save()
    tasks = [*parts("facts", role="goldenimage.azure.windows_preflight"), {"name": "facts", "ansible.builtin.debug": {"var": FACTS}}]
    with served(guest) as ssh:
        done = play_tasks(guest, tasks, host=ssh.host)
    facts = done.result("facts")[FACTS]
    assert {name for name, section in facts.items() if "error" in section} == set()
    assert NAME in [user["name"] for user in facts["accounts"]["users"]]
    assert Guest(guest.file).complaints == []
    assert ssh.connections == 1


def test_files_are_copied_by_sftp(tmp_path: Path) -> None:
    guest, content = server(tmp_path), bytes(range(256)) * 500
    source, target = tmp_path / f"{NAME}.msi", rf"C:\Users\Public\{NAME}.msi"
    source.write_bytes(content)
    with served(guest) as ssh:
        copy_file = {"name": "copy", "ansible.windows.win_copy": {"src": str(source), "dest": target}}
        done = play_tasks(guest, [copy_file], host=ssh.host)
    assert (done.failed, done.changed) == ([], ["copy"]), done.text[-6000:]
    after = Guest(guest.file)
    assert after.drives.find(target).read_bytes() == content
    assert [row["file"] for row in after.commands_run if "file" in row] == ["SFTP"]
    assert (after.complaints, list(after.drives.find(r"C:\Windows\TEMP").iterdir())) == ([], [])
