# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk alone decides: a capture whose role believes that a refused Sysprep has succeeded, in a copy of the collection."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from azlab.client import environment

from tests.support.ansible_runs import COLLECTIONS
from tests.support.lab_group import LabGroup
from tests.support.windows.guest import Guest
from tests.support.windows.hosts import play_hosts
from tests.support.windows.lab_vm import put_windows_vm
from tests.support.windows.servers import IMPATIENT, QUICK, start_server

PLAYBOOK = [{"import_playbook": "goldenimage.azure.capture_windows"}]
NAME = "refused"
OUTCOME, BELIEVED = "__windows_generalize_outcome.verdict", "('generalized')"
PASSWORD = "Planted-pass-word-7"
ANSWERS = f"<unattend><AdministratorPassword><Value>{PASSWORD}</Value></AdministratorPassword></unattend>"


@pytest.fixture
def credulous(tmp_path: Path) -> Path:
    """A folder of collections in which the role takes every verdict for `generalized`."""
    for name in ("ansible/windows", "goldenimage/azure"):
        source, target = COLLECTIONS / "ansible_collections" / name, tmp_path / "collections" / "ansible_collections" / name
        parts = [each for each in source.iterdir() if each.name in ("meta", "playbooks", "plugins", "roles", "MANIFEST.json", "galaxy.yml")]
        target.mkdir(parents=True)
        for part in parts:
            (shutil.copytree if part.is_dir() else shutil.copyfile)(part, target / part.name)
    wait = tmp_path / "collections/ansible_collections/goldenimage/azure/roles/windows_generalize/tasks/wait.yml"
    assert OUTCOME in wait.read_text()
    wait.write_text(wait.read_text().replace(OUTCOME, BELIEVED))
    return tmp_path / "collections"


def test_a_refused_sysprep_is_caught_by_the_disk_and_no_password_is_left(lab_group: LabGroup, credulous: Path, tmp_path: Path) -> None:
    guest = start_server(tmp_path, NAME)
    guest.drives.write(r"C:\Windows\Panther\unattend.xml", ANSWERS)
    put_windows_vm(lab_group, guest, NAME)
    controller = tmp_path / "controller"
    own = {"azure_resource_group": lab_group.name, "image_name": "image", "windows_generalize_confirm": NAME, **QUICK, **IMPATIENT}
    where = {**environment(lab_group.lab.settings), "ANSIBLE_COLLECTIONS_PATH": str(credulous)}
    options = ("-e", json.dumps({"target": "all"}), "-vvv")
    played = play_hosts(controller, {NAME: guest}, PLAYBOOK, *options, variables={NAME: own}, environment=where)[NAME]
    after = Guest(guest.file)
    assert (after.data.get("power"), after.complaints) == ("stopped", []), played.text[-4000:]
    assert f"its OS disk {NAME}-os is specialized" in played.message, played.message
    assert list(lab_group.compute.images.list_by_resource_group(lab_group.name)) == []
    saved = [path for path in controller.rglob("*") if path.is_file()]
    assert [path.name for path in saved if "unattend" in path.name] != []  # it was saved, without its secret
    assert [path for path in saved if PASSWORD.encode() in path.read_bytes()] == []
    assert PASSWORD not in played.text
