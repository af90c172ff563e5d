# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles for Windows refuse a variable that begins like their options and is none: a misspelt option."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.support import ansible_runs

# By the name of a host: the role whose options are checked, and a variable that is none of them, if any.
GIVEN = {
    "a": ("windows_preflight", "windows_preflight_wave"),
    "b": ("windows_preflight", "windows_generalize_wave"),
    "c": ("windows_generalize", "windows_generalize_acount"),
    "d": ("windows_prepare", "windows_prepare_keep_route"),
    "e": ("windows_preflight", ""),
    "f": ("windows_generalize", ""),
    "g": ("windows_prepare", ""),
}
LEFT_BY_A_RUN = ["windows_preflight_report", "windows_generalize_result", "windows_prepare_changed", "windows_prepare_findings"]
LEFT_BY_A_RUN += ["windows_prepare_manual", "__windows_prepare_own", "windows_of_somebody"]


def play_options(folder: Path, hosts: dict[str, dict[str, str]]) -> str:
    """The output of a play in which each host checks the options of the role that its variable ``role`` names."""
    named = {name: {"ansible_connection": "local", **variables} for name, variables in hosts.items()}
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": named}}))
    task = {"ansible.builtin.include_role": {"name": "goldenimage.azure.{{ role }}", "tasks_from": "options"}}
    (folder / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
    line = ansible_runs.command("ansible-playbook", "-vvvv", "-i", folder / "hosts.json", folder / "play.json")
    environment = {**os.environ, **ansible_runs.places(folder)}
    done = subprocess.run([str(part) for part in line], env=environment, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_a_misspelt_option_is_refused(tmp_path: Path) -> None:
    required = {f"{role}_{name}": "x" for role in ("windows_preflight", "windows_generalize") for name in ("confirm", "vm_id")}
    more = {**required, **dict.fromkeys(LEFT_BY_A_RUN, "x")}
    hosts = {name: {**more, "role": role, **({wrong: "x"} if wrong else {})} for name, (role, wrong) in GIVEN.items()}
    text = play_options(tmp_path, hosts)
    for name, (_, wrong) in GIVEN.items():
        assert (f"fatal: [{name}]" in text) == bool(wrong), text[-4000:]
        assert not wrong or f"{wrong}: there is no such option. The options are windows_" in text


def test_an_address_with_a_password_is_refused_and_not_printed(tmp_path: Path) -> None:
    given = {"role": "windows_prepare", "windows_prepare_agent_sha256": "0" * 64}
    address = "https://{}files.example/agent.msi?sig=x@y"
    hosts = {name: {**given, "windows_prepare_agent_msi": address.format(user)} for name, user in {"a": "me:geheim@", "b": ""}.items()}
    text = play_options(tmp_path, hosts)
    assert ("fatal: [a]" in text, "fatal: [b]" in text, "geheim" in text) == (True, False, False), text[-4000:]
