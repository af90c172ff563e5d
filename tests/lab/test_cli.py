# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `azlab` says when it cannot do its work: one sentence, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from azlab.settings import Settings

AZLAB = Path(sys.executable).parent / "azlab"
DISK = "/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/disks/d"


def refused(*arguments: str | Path, **environment: str | Path) -> str:
    done = subprocess.run([AZLAB, *arguments], capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return done.stderr


def test_a_machine_without_apt_cannot_build_a_disk(tmp_path: Path) -> None:
    for name in ("python3", "mmdebstrap"):
        (tmp_path / name).symlink_to("/bin/true")
    said = refused("disk", "build", "--out", tmp_path / "disk.raw", PATH=tmp_path, XDG_CACHE_HOME=tmp_path)
    assert said.startswith("azlab: there is no apt-get on this machine")


@pytest.mark.parametrize("broken", ["cache", "state", "out"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, broken: str) -> None:
    """Not even root can make a directory below a file."""
    (tmp_path / "file").touch()
    where = tmp_path / "file" / broken
    if broken == "state":
        said = refused("--state", where, "up", "--no-guests")
    else:
        cache = where if broken == "cache" else tmp_path
        said = refused("disk", "build", "--out", where / "disk.raw", XDG_CACHE_HOME=cache)
    assert said.startswith(f"azlab: {tmp_path}/file") and said.endswith(": Not a directory\n")


@pytest.mark.parametrize("what", ["get", "put"])
def test_disks_of_a_lab_that_is_down_cannot_be_reached(tmp_path: Path, what: str) -> None:
    from azlab.store import Resource, Store

    settings = Settings.create(tmp_path)
    disk = Resource(DISK, "Microsoft.Compute/disks", "rg", "d", {}, {"key": "d-key"})
    Store(settings.state / "arm.sqlite").put(disk)
    (tmp_path / "file").touch()
    assert refused("--state", tmp_path, "disk", what, DISK, tmp_path / "file") == (
        f"azlab: the lab in {tmp_path} is down: start it with `azlab --state {tmp_path} up`\n"
    )
