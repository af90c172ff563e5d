# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that collect the facts about a guest keep one section for each script, also of one that fails, in check mode too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.support.windows.guest import Guest
from tests.support.windows.play import play, play_tasks

HERE = Path(__file__).parent
ROLE = HERE.parents[2] / "roles/windows_preflight"
FACTS = {"name": "facts", "ansible.builtin.include_role": {"name": "windows_preflight", "tasks_from": "facts"}}
SHOW = {"name": "show", "ansible.builtin.debug": {"var": "__windows_preflight_facts"}}


def test_a_script_that_fails_gives_its_error_and_the_others_their_facts(tmp_path: Path) -> None:
    guest = Guest.start(json.loads((HERE / "guests/single.json").read_text()), tmp_path / "guest")
    role = guest.file.parent / "controller/roles/windows_preflight"
    shutil.copytree(ROLE, role)
    (role / "files/appx.ps1").write_text("throw 'the module Appx is broken'\n")
    (role / "files/volumes.ps1").write_text("$null\n")
    done = play_tasks(guest, [FACTS, SHOW], "--check")
    assert done.code == 0, done.text
    assert done.changed == []
    assert done.failed == []
    facts = done.result("show")["__windows_preflight_facts"]
    expected = json.loads((HERE / "expected/single.json").read_text())
    assert {name: facts[name] for name in ("machine", "setup", "software")} == {
        name: expected[name] for name in ("machine", "setup", "software")
    }
    assert facts["accounts"]["users"] == expected["accounts"]["users"]
    assert "the module Appx is broken" in facts["appx"]["error"]
    assert facts["volumes"] == {"error": "the script returned nothing"}
    assert Guest(guest.file).complaints == []


def test_a_guest_on_which_no_script_can_run_fails_no_task(tmp_path: Path) -> None:
    guest = Guest.start(json.loads((HERE / "guests/single.json").read_text()), tmp_path / "guest")
    role = {**FACTS, "ansible.builtin.include_role": {"name": "goldenimage.azure.windows_preflight", "tasks_from": "facts"}}
    without_engine = {"PWSH_ENGINE": ""}
    done = play(guest, [{"hosts": "all", "gather_facts": False, "tasks": [role, SHOW]}], environment=without_engine)
    assert done.code == 0, done.text
    facts = done.result("show")["__windows_preflight_facts"]
    assert sorted(facts) == ["accounts", "appx", "machine", "setup", "software", "volumes"]
    assert all("does not name the engine" in section["error"] for section in facts.values())
