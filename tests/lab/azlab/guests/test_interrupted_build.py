# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interrupted build of the guest disk leaves no mount, no process and no file, whichever signal ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.leftovers import marked
from tests.support.waiting import wait_until

AZLAB = Path(sys.executable).parent / "azlab"
MARK = "GOLDENIMAGE_INTERRUPTED_BUILD"
# Like mmdebstrap, it mounts below TMPDIR and has children, one of which is in another session.
MMDEBSTRAP = """#!/bin/sh
mkdir -p "$TMPDIR/mmdebstrap.x/proc" "$TMPDIR/mmdebstrap.x/shm"
mount -t proc proc "$TMPDIR/mmdebstrap.x/proc"
mount -t tmpfs tmpfs "$TMPDIR/mmdebstrap.x/shm"
echo kept >"$TMPDIR/mmdebstrap.x/shm/file"
setsid sh -c 'trap "" INT TERM; while sleep 0.01; do : >"$TMPDIR/mmdebstrap.x/$(date +%N)"; done' </dev/null >/dev/null 2>&1 &
trap "" INT TERM
: >"$READY"
while :; do sleep 1; done
"""


class Build:
    """A running `azlab disk build` with an empty cache, after mmdebstrap has mounted its file systems."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.scratch, self.mark = folder, folder / "scratch", uuid.uuid4().hex
        programs = folder / "programs"
        for each in (self.scratch, programs):
            each.mkdir()
        (programs / "mmdebstrap").write_text(MMDEBSTRAP)
        (programs / "mmdebstrap").chmod(0o755)
        environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "READY": str(folder / "ready"),
            "TMPDIR": str(self.scratch),
            "XDG_CACHE_HOME": str(folder / "cache"),
            MARK: self.mark,
        }
        command = [AZLAB, "disk", "build", "--out", folder / "disk.raw"]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
        wait_until((folder / "ready").exists, "mmdebstrap did not start")

    def mounts(self) -> list[str]:
        return [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(self.folder) in line]

    def processes(self) -> list[psutil.Process]:
        return marked(MARK, self.mark)


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """A running build."""
    build = Build(tmp_path)
    yield build
    for process in build.processes():
        process.kill()
    build.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["process", "group"])
def test_an_interrupted_build_leaves_nothing(build: Build, number: signal.Signals, send: Callable[[int, int], None]) -> None:
    assert build.mounts() == []
    send(build.process.pid, number)
    assert (build.process.communicate(timeout=60)[1], build.process.returncode) == ("azlab: interrupted\n", 128 + number)
    assert (build.processes(), build.mounts(), list(build.scratch.iterdir())) == ([], [], [])
    assert not (build.folder / "disk.raw").exists()


def test_a_killed_build_leaves_no_mount_and_no_process(build: Build) -> None:
    build.process.kill()
    wait_until(lambda: not build.processes(), "processes of the build run on")
    assert build.mounts() == []
