# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook capture_windows from end to end: simulated guests, whose VMs and disks are in a lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azlab.client import environment

from tests.support.lab_group import LabGroup
from tests.support.windows.guest import Guest
from tests.support.windows.hosts import play_hosts
from tests.support.windows.lab_vm import put_windows_vm
from tests.support.windows.play import Played
from tests.support.windows.servers import COURSES, IMPATIENT, QUICK, start_server

BOOK = [{"import_playbook": "goldenimage.azure.capture_windows"}]
CAPTURE = "Wait until the VM has stopped, and capture it"


class Inventory:
    """VMs with simulated guests, captured into images of their names."""

    def __init__(self, folder: Path, group: LabGroup, *names: str) -> None:
        self.folder, self.group = folder, group
        self.guests = {name: start_server(folder, name) for name in names}
        for name, guest in self.guests.items():
            put_windows_vm(group, guest, name)

    def run(self, *names: str, **more: Any) -> dict[str, Played]:
        """Run the playbook on some of the VMs."""
        common = {"target": "all", "azure_resource_group": self.group.name, **more}
        variables = {name: {**common, "image_name": name, "windows_generalize_confirm": name} for name in names}
        given = ["-e", "target=all"]
        return play_hosts(self.folder / "controller", {name: self.guests[name] for name in names}, BOOK, *given, variables=variables)

    def power(self, name: str) -> str:
        return next(code for code in self.group.power(name) if code.startswith("PowerState"))

    def images(self) -> list[str]:
        return sorted(str(image.name) for image in self.group.compute.images.list_by_resource_group(self.group.name))


@pytest.fixture(autouse=True)
def signed_in(lab_group: LabGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(lab_group.lab.settings).items():
        monkeypatch.setenv(name, value)


def test_a_vm_is_prepared_generalized_and_captured(tmp_path: Path, lab_group: LabGroup) -> None:
    inventory = Inventory(tmp_path, lab_group, "web-01")
    played = inventory.run("web-01")["web-01"]
    assert played.code == 0, played.text[-4000:]
    captured = played.result(CAPTURE)
    assert (captured["sealed"], captured["guest"]["disk"]) == ("verified", "generalized")
    assert {row["id"]: row["verdict"] for row in played.result("Plan the capture again, with the backup")["checks"]}[
        "backup_readable"
    ] == "ok"
    assert Guest(inventory.guests["web-01"].file).complaints == []
    assert (inventory.images(), "OSState/generalized" in lab_group.power("web-01")) == (["web-01"], True)
    again = inventory.run("web-01")["web-01"]
    assert (again.code, again.changed) == (0, []), again.text[-4000:]


def test_no_other_verdict_is_captured(tmp_path: Path, lab_group: LabGroup) -> None:
    inventory = Inventory(tmp_path, lab_group, *COURSES)
    played = inventory.run(*COURSES, **QUICK, **IMPATIENT)
    for name in COURSES:
        verdict = "unproven" if name == "gone" else name
        assert f"The verdict is {verdict}" in played[name].message, (name, played[name].message)
        assert Guest(inventory.guests[name].file).complaints == []
        assert inventory.power(name) == ("PowerState/stopped" if name == "gone" else "PowerState/running")
    assert inventory.images() == []
    # The disk of the VM that has stopped decides: Sysprep was interrupted on it.
    resumed = inventory.run("gone")["gone"]
    assert "its OS disk gone-os is broken" in resumed.message, resumed.message
    assert (inventory.power("gone"), inventory.images()) == ("PowerState/deallocated", [])
