# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the demo: what it records, how it fails, and that it leaves nothing running."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from demo.ansible import Ansible


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(dict(os.environ), tmp_path / "ansible")


def playbook(folder: Path, *tasks: dict[str, object], **play: object) -> str:
    path = folder / "play.yml"
    path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks, **play}]))
    return str(path)


def test_a_run_records_every_task_with_its_seconds(ansible: Ansible, tmp_path: Path) -> None:
    nap = {"name": "Nap", "ansible.builtin.wait_for": {"timeout": 1}}
    leave_out = {"name": "Leave out", "ansible.builtin.ping": {}, "when": False}
    stay = {"name": "Stay", "ansible.builtin.meta": "end_play", "when": False}
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "enough"}}
    run = ansible.play(playbook(tmp_path, nap, leave_out, stay, fail))
    seen = [(task["task"], task["outcome"]) for task in run.tasks]
    assert seen == [("Nap", "ok"), ("Leave out", "skipped"), ("Stay", "skipped"), ("Fail", "failed")]
    assert 1 <= run.tasks[0]["seconds"] < 60
    assert all(0 <= task["seconds"] < run.tasks[0]["seconds"] for task in run.tasks[1:])
