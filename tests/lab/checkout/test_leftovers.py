# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test run that leaves a process behind fails and ends the process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[3]
TEST = """
import subprocess
from pathlib import Path

def test_it():
    subprocess.run(["sh", "-c", "setsid sleep {seconds} & echo $! >pid"], cwd={folder!r}, check=True)
"""


def run(folder: Path, seconds: float, *options: str) -> subprocess.CompletedProcess[str]:
    """Run one test in another pytest; the test starts a process in another session and ends before it."""
    (folder / "test_it.py").write_text(TEST.format(folder=str(folder), seconds=seconds))
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.leftovers", *options, "test_it.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


@pytest.mark.parametrize("options", [(), ("--numprocesses", "2")], ids=["alone", "with workers"])
def test_a_remaining_process_fails_the_run_and_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    done = run(tmp_path, 600, *options)
    pid = (tmp_path / "pid").read_text().strip()
    assert done.returncode == 1, done.stdout
    assert "1 passed, 1 error" in done.stdout
    assert f"the tests left processes running: {pid} sleep 600" in done.stdout
    with contextlib.suppress(psutil.NoSuchProcess):
        assert psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE


def test_a_process_that_ends_soon_is_accepted(tmp_path: Path) -> None:
    done = run(tmp_path, 0.5)
    assert done.returncode == 0, done.stdout
