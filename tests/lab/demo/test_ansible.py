# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook runs of the demo: what they record, and where they keep their temporary files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from demo.ansible import Ansible

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder whose path is too long for a socket, as that of a checkout can be."""
    return tmp_path / "checkout".ljust(120, "-") / "ansible"


@pytest.fixture
def ansible(scratch: Path) -> Ansible:
    return Ansible(dict(os.environ), scratch)


def playbook(folder: Path, *tasks: dict[str, object], **play: object) -> str:
    path = folder / "play.yml"
    path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks, **play}]))
    return str(path)


def test_a_run_records_outcome_and_duration_of_every_task(ansible: Ansible, tmp_path: Path) -> None:
    nap = {"name": "Nap", "ansible.builtin.wait_for": {"timeout": 1}}
    leave_out = {"name": "Leave out", "ansible.builtin.ping": {}, "when": False}
    stay = {"name": "Stay", "ansible.builtin.meta": "end_play", "when": False}
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "enough"}}
    run = ansible.play(playbook(tmp_path, nap, leave_out, stay, fail))
    seen = [(task["task"], task["outcome"]) for task in run.tasks]
    assert seen == [("Nap", "ok"), ("Leave out", "skipped"), ("Stay", "skipped"), ("Fail", "failed")]
    assert 1 <= run.tasks[0]["seconds"] < 60
    assert all(0 <= task["seconds"] < run.tasks[0]["seconds"] for task in run.tasks[1:])


def test_a_run_writes_nothing_to_the_home_directory(tmp_path: Path, scratch: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    ansible = Ansible({**os.environ, "HOME": str(home)}, scratch)
    assert ansible.play(playbook(tmp_path, {"ansible.builtin.setup": {}})).require().actions == {"setup"}
    assert list(home.iterdir()) == []
    assert len(f"{ansible.sockets.name}/0123456789.0123456789abcdef") < 108


def test_the_temporary_folder_of_a_run_has_a_path_short_enough_for_sockets(
    tmp_path: Path, ansible: Ansible, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ansible-core 2.21 opens a socket there through multiprocessing. The TMPDIR of the caller must not matter."""
    bind = """
        import socket, tempfile
        socket.socket(socket.AF_UNIX).bind(tempfile.mkdtemp(prefix="pymp-") + "/listener-01234567")
    """
    command = [sys.executable, "-c", textwrap.dedent(bind)]
    far = tmp_path / "temporary".ljust(120, "-")
    far.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(far))
    for each in (ansible, Ansible({**os.environ, "TMPDIR": str(far)}, ansible.scratch)):
        play = playbook(tmp_path, {"ansible.builtin.command": {"argv": command}})
        assert each.play(play).require().changed == 1


def test_an_interrupted_run_removes_its_temporary_files(scratch: Path) -> None:
    script = f"""
        from pathlib import Path
        from demo.ansible import Ansible
        ansible = Ansible({{}}, Path({str(scratch)!r}))
        Path(ansible.sockets.name, "file").touch()
        print(ansible.sockets.name)
        raise KeyboardInterrupt
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("/")
    assert not Path(done.stdout.strip()).exists()
