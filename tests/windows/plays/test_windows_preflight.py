# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role windows_preflight on a simulated guest: which machine it is, its report, and what stops the play."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.windows import play as plays
from tests.support.windows.guest import Guest
from tests.support.windows.play import play_tasks
from tests.support.windows.registry import full_path

SERVER: dict[str, Any] = json.loads((Path(plays.__file__).parent / "guests/server2022.json").read_text())
ROLE = "goldenimage.azure.windows_preflight"
CDROM = r"HKLM:\SYSTEM\CurrentControlSet\Services\cdrom"


def server(folder: Path, **sections: Any) -> Guest:
    return Guest.start({**copy.deepcopy(SERVER), **sections}, folder / "guest")


def role(guest: Guest, entry: str = "main", **variables: Any) -> dict[str, Any]:
    """The task that runs the role with the variables of this machine, in Azure unless said otherwise."""
    known = {"confirm": guest.data["name"].lower(), "vm_id": guest.data["vm_id"].upper(), "backup": "/snapshots/1", **variables}
    given = {f"windows_preflight_{name}": value for name, value in known.items()}
    return {"name": "role", "ansible.builtin.include_role": {"name": ROLE, "tasks_from": entry}, "vars": given}


def refusals(guest: Guest, cases: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """The message with which the role refuses each case, all in one play; empty where it accepts."""
    keep = "{{ kept | default({}) | combine({name: text}) }}"
    tasks = [
        {
            "block": [task],
            "rescue": [{"ansible.builtin.set_fact": {"kept": keep}, "vars": {"name": name, "text": "{{ ansible_failed_result.msg }}"}}],
        }
        for name, task in cases.items()
    ]
    done = play_tasks(guest, [*tasks, {"name": "kept", "ansible.builtin.debug": {"msg": "{{ kept | default({}) }}"}}])
    assert done.code == 0, done.text
    assert Guest(guest.file).complaints == []
    kept: dict[str, str] = done.result("kept")["msg"]
    return {name: kept.get(name, "") for name in cases}


def report_of(guest: Guest) -> dict[str, Any]:
    """The report that the role has written on the controller."""
    (file,) = (guest.file.parent / "controller" / "goldenimage-reports").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    report: dict[str, Any] = json.loads(file.read_text())
    return report


def found(guest: Guest) -> list[tuple[str, str]]:
    return [(row["id"], row["verdict"]) for row in report_of(guest)["checks"] if row["verdict"] != "ok"]


def values_of(guest: Guest) -> dict[str, dict[str, Any]]:
    """The data of all values of the registry, by key. A DWORD can be written with a sign or without."""
    keys = {full_path(key).lower(): guest.registry.values(key) for key in guest.data["registry"]}
    return {key: {name: _unsigned(value["value"]) for name, value in values.items()} for key, values in keys.items()}


def _unsigned(data: Any) -> Any:
    return data % 2**32 if isinstance(data, int) else data


def test_a_good_server_passes_and_is_not_changed(tmp_path: Path) -> None:
    guest = server(tmp_path)
    done = play_tasks(guest, [role(guest)], "--check")
    assert done.code == 0, done.text
    assert done.changed == []
    assert found(guest) == [("extensions", "unproven")]
    after = Guest(guest.file)
    assert after.complaints == []
    assert values_of(after) == values_of(guest)


def test_a_server_elsewhere_with_a_disabled_drive_is_refused_and_its_waiver_is_reported(tmp_path: Path) -> None:
    guest = server(tmp_path, platform="other")
    guest.registry.set(CDROM, "Start", 4)
    guest.save()
    elsewhere = {"platform": "other", "vm_id": guest.data["uuid"].lower(), "backup": "tape 7"}
    refused = refusals(guest, {"as it is": role(guest, **elsewhere), "unknown": role(guest, waive=["cdrom", "swap"], **elsewhere)})
    assert "cannot be generalized, nothing was changed: block cdrom: the driver cdrom is disabled" in refused["as it is"]
    assert "names no check of the guest: swap. The checks of the guest are accounts, agent," in refused["unknown"]
    assert found(guest) == [("cdrom", "block")]


def test_another_machine_is_refused(tmp_path: Path) -> None:
    guest = server(tmp_path)
    refused = refusals(guest, {
        "itself": role(guest, "identity"),
        "another name": role(guest, "identity", confirm="web-02"),
        "another id": role(guest, "identity", vm_id="00000000-6f0f-4a36-9d9c-3c1a7be0c6d4"),
        "platform other": role(guest, "identity", platform="other", vm_id=guest.data["uuid"]),
        "unknown platform": role(guest, "identity", platform="aws"),
    })  # fmt: skip
    this = f"is the VM {guest.data['name']} ({guest.data['vm_id']}), but"
    assert refused["itself"] == ""
    assert this in refused["another name"]
    assert this in refused["another id"]
    assert "has the chassis tag of Azure (7783-7084-3265-9085-8269-3286-77), so it is a VM in Azure" in refused["platform other"]
    assert "must be azure or other, not aws" in refused["unknown platform"]


def test_a_machine_elsewhere_is_known_by_its_name_and_the_uuid_of_its_firmware(tmp_path: Path) -> None:
    guest = server(tmp_path, platform="other")
    refused = refusals(guest, {
        "itself": role(guest, "identity", platform="other", vm_id=guest.data["uuid"].lower()),
        "another uuid": role(guest, "identity", platform="other"),
        "another name": role(guest, "identity", platform="other", vm_id=guest.data["uuid"], confirm="web-02"),
        "platform azure": role(guest, "identity"),
    })  # fmt: skip
    this = f"is the computer {guest.data['name']}, and the UUID of its firmware (SMBIOS) is {guest.data['uuid']}, but"
    assert refused["itself"] == ""
    assert this in refused["another uuid"]
    assert this in refused["another name"]
    assert "does not tell guest which VM it is (Error sending request" in refused["platform azure"]
    assert "set the platform to other" in refused["platform azure"]


def test_an_error_of_the_metadata_service_is_not_taken_for_the_name_of_a_vm(tmp_path: Path) -> None:
    guest = server(tmp_path, imds={"name": None})
    (message,) = refusals(guest, {"no name": role(guest, "identity")}).values()
    assert "does not tell guest which VM it is (Status code of request '404'" in message
