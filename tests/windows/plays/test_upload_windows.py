# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook upload_windows from end to end: simulated servers elsewhere, whose disks are files, and a lab that takes the images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azlab.client import environment

from tests.support.lab_group import LabGroup
from tests.support.windows import disk
from tests.support.windows.guest import Guest
from tests.support.windows.held import held_disks
from tests.support.windows.hosts import play_hosts
from tests.support.windows.play import Played
from tests.support.windows.servers import COURSES, IMPATIENT, QUICK, start_server

BOOK = [{"import_playbook": "goldenimage.azure.upload_windows"}]


class Inventory:
    """Servers whose disks are files, uploaded as images of their names."""

    def __init__(self, folder: Path, group: LabGroup, *names: str) -> None:
        self.folder, self.group = folder, group
        self.guests: dict[str, Guest] = {}
        for name in names:
            guest = start_server(folder, name, platform="other", disk={"file": str(folder / f"{name}.raw")})
            disk.write(guest)
            self.guests[name] = guest

    def run(self, *names: str, **more: Any) -> dict[str, Played]:
        """Run the playbook on some of the servers."""
        common = {"azure_resource_group": self.group.name, "image_rest_seconds": 1, "image_location": "westeurope", **more}
        variables = {
            name: {
                **common,
                "image_name": name,
                "image_path": str(self.folder / f"{name}.raw"),
                "windows_generalize_confirm": name,
                "windows_generalize_vm_id": self.guests[name].data["uuid"],
                "windows_generalize_backup": "tape 7",
            }
            for name in names
        }
        given = ["-e", "target=all"]
        with held_disks(self.guests[name].file for name in names):
            return play_hosts(self.folder / "controller", {name: self.guests[name] for name in names}, BOOK, *given, variables=variables)

    def images(self) -> list[str]:
        return sorted(str(image.name) for image in self.group.compute.images.list_by_resource_group(self.group.name))


@pytest.fixture(autouse=True)
def signed_in(lab_group: LabGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(lab_group.lab.settings).items():
        monkeypatch.setenv(name, value)


def test_a_server_is_generalized_and_its_disk_uploaded(tmp_path: Path, lab_group: LabGroup) -> None:
    inventory = Inventory(tmp_path, lab_group, "srv-01")
    played = inventory.run("srv-01", **QUICK)["srv-01"]
    assert played.code == 0, played.text[-4000:]
    assert played.result("Judge the disk file")["verdict"] == "generalized"
    assert played.result("Upload the disk as an image")["image"]["os_type"] == "Windows"
    assert Guest(inventory.guests["srv-01"].file).complaints == []
    again = inventory.run("srv-01")["srv-01"]
    assert (again.changed, inventory.images()) == ([], ["srv-01"]), again.text[-4000:]


def test_a_file_that_cannot_be_uploaded_is_refused_before_sysprep(tmp_path: Path, lab_group: LabGroup) -> None:
    inventory = Inventory(tmp_path, lab_group, "srv-02")
    (tmp_path / "srv-02.raw").write_bytes(b"vhdxfile".ljust(1 << 20, b"\0"))
    played = inventory.run("srv-02", **QUICK)["srv-02"]
    assert "only raw disks and fixed VHDs are supported" in played.message, played.text[-4000:]
    guest = Guest(inventory.guests["srv-02"].file)
    assert (guest.is_on, "sysprep" in guest.run) == (True, False)


def test_no_other_verdict_is_uploaded(tmp_path: Path, lab_group: LabGroup) -> None:
    inventory = Inventory(tmp_path, lab_group, *COURSES)
    played = inventory.run(*COURSES, **QUICK, **IMPATIENT)
    for name in COURSES:
        verdict = "unproven" if name == "gone" else name
        assert f"The verdict is {verdict}" in played[name].message, (name, played[name].message)
        assert Guest(inventory.guests[name].file).complaints == []
    resumed = inventory.run("gone")["gone"]
    assert "gone.raw is broken, and is not uploaded" in resumed.message, resumed.message
    assert inventory.images() == []
