# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that a test run leaves behind, recognized by an environment variable, which also processes in other sessions inherit."""

from __future__ import annotations

import contextlib
import os
import shlex
import uuid
from collections.abc import Iterator

import psutil
import pytest

RUN = "GOLDENIMAGE_TEST_RUN"
SECONDS_TO_END = 10.0


def marked(variable: str, mark: str) -> list[psutil.Process]:
    """The processes in whose environment a variable has this value; the environment of a zombie is empty."""
    return [process for process in psutil.process_iter(["environ"]) if (process.info["environ"] or {}).get(variable) == mark]


@pytest.fixture(scope="session", autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Fail a test run that leaves processes behind, and end them; each worker of pytest-xdist checks its own.

    This fixture is set up before all other fixtures of the session, and torn down after them.
    """
    mark = uuid.uuid4().hex
    os.environ[RUN] = mark
    yield
    _, left = psutil.wait_procs({*marked(RUN, mark), *psutil.Process().children(recursive=True)}, SECONDS_TO_END)
    commands = [_command(process) for process in left]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, SECONDS_TO_END)
    assert not commands, f"the tests left processes running: {'; '.join(commands)}"


def _command(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess):
        return f"{process.pid} {shlex.join(process.cmdline())}"
    return str(process.pid)
