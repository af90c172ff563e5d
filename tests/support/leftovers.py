# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that tests start, known by a mark in their environment: what they start inherits it, into sessions of its own too."""

from __future__ import annotations

import contextlib
import os
import shlex
import uuid
from collections.abc import Iterator

import psutil
import pytest

RUN = "GOLDENIMAGE_TEST_RUN"
PATIENCE = 10.0


def marked(variable: str, mark: str) -> list[psutil.Process]:
    """The processes whose environment has this mark; a zombie has none any more."""
    return [process for process in psutil.process_iter(["environ"]) if (process.info["environ"] or {}).get(variable) == mark]


@pytest.fixture(scope="session", autouse=True)
def nothing_runs_on() -> Iterator[None]:
    """Fail a test run that leaves processes behind, and end them; each worker of pytest-xdist answers for its own.

    Set up before every other fixture of the session, it is torn down after them.
    """
    mark = uuid.uuid4().hex
    os.environ[RUN] = mark
    yield
    _, left = psutil.wait_procs({*marked(RUN, mark), *psutil.Process().children(recursive=True)}, PATIENCE)
    said = [_command(process) for process in left]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, PATIENCE)
    assert not said, f"the tests left processes running: {'; '.join(said)}"


def _command(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess):
        return f"{process.pid} {shlex.join(process.cmdline())}"
    return str(process.pid)
