# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The screens before folders that the agent and cloud-init would empty, whatever is mounted there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.mark.parametrize(("place", "kind", "hidden"), [
    ("", "", []),
    ("state/x", "ext4", ["state"]),
    ("state", "xfs", ["state"]),
    ("state", "ext4", []),
    ("", "link", ["elsewhere"]),
    ("log", "xfs", ["log"]),
    ("log/app", "xfs", []),
], ids=["nothing", "mount in it", "other disk", "OS disk", "link", "logs on another disk", "a disk below the logs"])  # fmt: skip
def test_only_folders_with_more_than_files_of_the_os_disk_are_hidden(
    load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str, kind: str, hidden: list[str]
) -> None:
    room, mount, ran = load("screens"), load("mounts").Mount, list[Any]()
    (tmp_path / "log").mkdir()
    (tmp_path / ("elsewhere" if kind == "link" else "state")).mkdir()
    if kind == "link":
        (tmp_path / "state").symlink_to(tmp_path / "elsewhere")
    table = [mount("8:1", "/", "/", "ext4", "/dev/sda1"), *([mount("8:2", "/", f"{tmp_path}/{place}", kind, "/dev/x")] if place else [])]
    monkeypatch.setattr(room, "LOG_FOLDER", f"{tmp_path}/log")
    monkeypatch.setattr(room, "mounts", lambda: table)
    monkeypatch.setattr(room, "storage", lambda mount, table: room.OS_DISK if mount.kind == "ext4" else "another disk")
    monkeypatch.setattr(room, "run", lambda *command: ran.append((command[0], command[-1])))
    with room.screened([f"{tmp_path}/state", f"{tmp_path}/gone"]):
        assert ran == [("mount", f"{tmp_path}/{name}") for name in hidden]
    assert ran[len(hidden) :] == [("umount", f"{tmp_path}/{name}") for name in hidden]
