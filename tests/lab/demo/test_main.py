# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo` as a command: its exit status, its report, and that no process outlives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from demo import __main__ as program
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The build folder of the demo, with the report of a successful run and without a lab."""
    azlab = tmp_path / "azlab"
    azlab.write_text("#!/bin/sh\n")
    azlab.chmod(0o755)
    monkeypatch.setattr(program, "AZLAB", azlab)
    monkeypatch.setattr(program, "BUILD", tmp_path)
    monkeypatch.setattr(program, "_ignore_signals", lambda: None)
    (tmp_path / "demo.json").write_text('{"ok": true}')
    return tmp_path


def test_an_unknown_value_of_TAMPER_removes_the_report_of_an_earlier_run(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOIL", "mashine_id")
    assert program.main() == 2
    assert not (build / "demo.json").exists()


def perform(build: Path) -> tuple[bool, bool]:
    """Whether the run succeeded, and whether its report says so."""
    done = program.perform(build / "state", build / "demo", build / "demo.json")
    return done, json.loads((build / "demo.json").read_text())["ok"]


def test_the_demo_fails_if_the_lab_cannot_be_prepared(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(env: object) -> None:
        raise RuntimeError("no lab")

    monkeypatch.setattr(program, "prepare", prepare)
    assert perform(build) == (False, False)


def test_the_demo_fails_if_the_lab_cannot_be_stopped(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(env: object) -> None:
        (build / "azlab").write_text("#!/bin/sh\necho stuck >&2; exit 1\n")

    monkeypatch.setattr(program, "ACTS", ())
    monkeypatch.setattr(program, "prepare", lambda env: None)
    assert perform(build) == (True, True)
    monkeypatch.setattr(program, "prepare", prepare)
    assert perform(build) == (False, False)


STARTS_A_CHILD_ON_SIGTERM = """
    on_term() {
        sh -c 'trap "echo asked >>started; exit" TERM; touch up; while :; do sleep 0.05; done' &
        while [ ! -e up ]; do sleep 0.02; done
        exit
    }
    trap on_term TERM; touch ready; while :; do sleep 0.05; done
"""


def test_processes_started_during_the_clean_up_are_ended_too(tmp_path: Path) -> None:
    script = f"""
        import subprocess, time, pathlib
        from demo.processes import adopt_orphans, descendants, end_descendants
        import os
        adopt_orphans()
        subprocess.Popen(["sh", "-c", {STARTS_A_CHILD_ON_SIGTERM!r}], cwd={str(tmp_path)!r})
        while not pathlib.Path({str(tmp_path)!r}, "ready").exists():
            time.sleep(0.02)
        end_descendants(20)
        assert descendants(os.getpid()) == []
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, check=True)
    assert (tmp_path / "started").read_text() == "asked\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_stops_its_lab_even_if_interrupted_again(tmp_path: Path, number: signal.Signals) -> None:
    azlab = tmp_path / "azlab"
    azlab.write_text(f"#!/bin/sh\n[ -e {tmp_path}/ready ] || exit 0\ntouch {tmp_path}/stopping\nsleep 0.3\ntouch {tmp_path}/stopped\n")
    azlab.chmod(0o755)
    script = f"""
        import pathlib, subprocess, sys
        from demo import __main__ as program
        here = pathlib.Path({str(tmp_path)!r})
        program.BUILD, program.AZLAB, program.ACTS = here, here / "azlab", ()
        def prepare(env):
            with open(here / "pid", "w") as pid:
                print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid, file=pid)
            (here / "ready").touch()
            subprocess.run(["sleep", "1000"])
        program.prepare = prepare
        sys.exit(program.main())
    """
    demo = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "SPOIL"},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a shell does for background jobs
    )
    wait_until((tmp_path / "ready").exists)
    demo.send_signal(number)
    wait_until((tmp_path / "stopping").exists)
    demo.send_signal(number)
    errors = demo.communicate(timeout=60)[1]
    assert (demo.returncode, errors.splitlines()[0]) == (130, "Interrupted: stopping the local Azure.")
    assert (tmp_path / "stopped").exists()
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
    assert json.loads((tmp_path / "demo.json").read_text())["ok"] is False
