# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in folders on which something is mounted: they are named, since nothing can remove or search them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A mounted file system with three folders on which something is mounted."""
    if os.geteuid():
        pytest.skip("mounting needs root")
    places = [tmp_path, *(tmp_path / name for name in ("home", "with space", "empty"))]
    try:
        for place in places:
            place.mkdir(exist_ok=True)
            if place != tmp_path and place.name != "empty":
                (place / "deep").mkdir()
                (place / "deep" / "key").write_text("a private key\n")
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(place)], check=True)
        yield tmp_path
    finally:
        for place in reversed(places):
            subprocess.run(["umount", str(place)], check=False, capture_output=True)


def test_mount_points_with_files_below_them_are_named(
    load: Load, monkeypatch: pytest.MonkeyPatch, disk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    covered, view = load("covered"), tmp_path_factory.mktemp("view")
    monkeypatch.setattr(covered, "VIEW", str(view))
    monkeypatch.setattr(covered, "treated_mounts", lambda machine: [("0:1", str(disk))])
    (disk / "home/alice").write_text("this file is seen\n")
    found = [finding.what for finding in covered.covered_files(None)]
    assert found == [
        f"below what is mounted at {disk}/home, there are files of the file system at {disk}",
        f"below what is mounted at {disk}/with space, there are files of the file system at {disk}",
    ]
    assert not os.path.ismount(view)
