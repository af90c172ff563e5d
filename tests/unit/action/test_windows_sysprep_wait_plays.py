# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait for Sysprep in plays of the real ansible-playbook, over a connection whose answers were written before."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tree import ROOT
from tests.support.windows.readings import GOOD_RUN, answer, success

PLANTED = "hunter2-planted"
WAIT = {"script": f"$Ansible.Result = '{PLANTED}'", "started": "2026-11-28T10:00:00Z", "poll": 1, "parameters": {"Key": PLANTED}}
SAY = {
    "name": "Say the verdict",
    "ansible.builtin.debug": {"msg": "VERDICT {{ sysprep.verdict | default('none') }} {{ sysprep is skipped }}"},
}
LOST = {"lost": "the connection was lost"}


class Play:
    """A play against one machine; ``steps`` are those of the connection."""

    def __init__(self, folder: Path, steps: list[dict[str, Any]], *, wait: dict[str, Any] | None = None, **task: Any) -> None:
        self.steps = folder / "steps"
        self.steps.write_text("\n".join(json.dumps(step) for step in steps))
        host = {"ansible_connection": "scripted_windows", "ansible_shell_type": "powershell", "scripted_steps": str(self.steps)}
        (folder / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"win": host}}}))
        waiting = {"name": "Wait", "goldenimage.azure.windows_sysprep_wait": {**WAIT, **(wait or {})}, "register": "sysprep", **task}
        play = {"hosts": "win", "gather_facts": False, "tasks": [waiting, SAY]}
        (folder / "play.yml").write_text(yaml.safe_dump([play]))
        self.command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(folder / "hosts.yml"), str(folder / "play.yml")]
        self.environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            "ANSIBLE_CONNECTION_PLUGINS": str(ROOT / "tests" / "support" / "windows" / "scripted"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self.command, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    @property
    def calls(self) -> list[str]:
        file = self.steps.with_name("steps.calls")
        return file.read_text().split() if file.exists() else []


def said(values: dict[str, Any]) -> dict[str, Any]:
    """A step in which win_powershell answers."""
    return {"answer": {"changed": True, "result": values, "output": [], "error": []}}


def test_a_run_over_lost_connections_is_generalized(tmp_path: Path) -> None:
    faults = [LOST, {"error": "an exception of a library"}, {"text": "#< CLIXML\r\n<Objs/>"}]
    steps = [LOST, said(GOOD_RUN[0]), *faults, said(GOOD_RUN[1]), LOST, said(success(300))]
    play = Play(tmp_path, steps)
    done = play.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VERDICT generalized False" in done.stdout
    assert "unreachable=0" in done.stdout
    assert "[win] Sysprep: Sysprep ended with exit code 0" in done.stderr
    assert "the machine cannot be read, trying again: the connection was lost" in done.stderr
    assert play.calls.count("ask") == 8
    assert play.calls.count("reset") == 5
    assert PLANTED not in done.stdout + done.stderr


def test_a_machine_that_is_gone_is_unknown_and_the_play_goes_on(tmp_path: Path) -> None:
    done = Play(tmp_path, [said(GOOD_RUN[0]), LOST], wait={"lost_timeout": 2}).run("-vv")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VERDICT unknown False" in done.stdout
    assert "unreachable=0" in done.stdout
    assert PLANTED not in done.stdout + done.stderr


def test_a_machine_that_refuses_from_the_start_is_unknown(tmp_path: Path) -> None:
    done = Play(tmp_path, [{"lost": "the specified credentials were rejected"}], wait={"lost_timeout": 1}).run()
    assert "VERDICT unknown False" in done.stdout
    assert "unreachable=0" in done.stdout


def test_check_mode_asks_nothing(tmp_path: Path) -> None:
    play = Play(tmp_path, [said(success(300))])
    done = play.run("--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "VERDICT none True" in done.stdout
    assert "ask" not in play.calls


def test_a_task_with_no_log_shows_no_line(tmp_path: Path) -> None:
    done = Play(tmp_path, [said(success(300))], no_log=True).run("-vvv")
    assert "VERDICT generalized" in done.stdout
    assert "Sysprep ended" not in done.stderr
    assert PLANTED not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("wait", "message"),
    [({"started": "soon"}, "started must be a time"), ({"misspelt": 1}, "misspelt"), ({"poll": "often"}, "poll")],
    ids=str,
)
def test_bad_options_fail_in_one_sentence(tmp_path: Path, wait: dict[str, Any], message: str) -> None:
    play = Play(tmp_path, [said(success(300))], wait=wait)
    done = play.run()
    assert done.returncode == 2
    assert message in done.stdout + done.stderr
    assert "ask" not in play.calls


def test_the_timeout_of_the_task_ends_a_reading_that_hangs(tmp_path: Path) -> None:
    began = time.monotonic()
    done = Play(tmp_path, [{"hang": True}], timeout=2).run()
    assert done.returncode == 2
    assert time.monotonic() - began < 60
    assert "VERDICT" not in done.stdout


def test_an_interrupt_ends_the_play(tmp_path: Path) -> None:
    play = Play(tmp_path, [said(answer(10))])
    with subprocess.Popen(
        play.command, env=play.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while "ask" not in play.calls and time.monotonic() < deadline:
                time.sleep(0.1)
            os.killpg(process.pid, signal.SIGINT)
            output = process.communicate(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert play.calls.count("ask") >= 1
    assert process.returncode != 0
    assert b"VERDICT" not in output[0]
