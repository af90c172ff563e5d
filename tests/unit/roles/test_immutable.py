# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Immutable and append-only files: they block, and with a waiver their attributes are lifted and come back. Needs root and ext4 or so."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def folder(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder to remove with two files, one of them append-only; a file next to it is immutable and is not touched."""
    room, place = load("immutable"), tmp_path / "logs"
    place.mkdir()
    for file in (place / "audit.log", place / "other.log", tmp_path / "beside"):
        file.write_text("text\n")
    if subprocess.run(["chattr", "+a", str(place / "audit.log")], check=False, capture_output=True).returncode:
        pytest.skip("setting attributes needs root, chattr and a file system that has them")
    subprocess.run(["chattr", "+i", str(tmp_path / "beside")], check=True)
    monkeypatch.setattr(room, "removable", lambda machine: [f"{tmp_path}/lo*"])
    monkeypatch.setattr(room, "CHANGED", ())
    monkeypatch.setattr(room, "LIFTED", tmp_path / "attributes.json")
    yield place
    subprocess.run(["chattr", "-R", "-ia", str(tmp_path)], check=True)


def test_an_append_only_file_to_remove_blocks(load: Load, folder: Path) -> None:
    (check,) = load("immutable").CHECKS
    assert [finding.what for finding in check.look(None)] == [f"immutable or append-only (chattr): {folder}/audit.log"]


def test_a_folder_that_lets_nothing_be_removed_blocks(load: Load, folder: Path) -> None:
    subprocess.run(["chattr", "-a", str(folder / "audit.log")], check=True)
    subprocess.run(["chattr", "+i", str(folder.parent)], check=True)
    assert [path for path, _flags in load("immutable").locked(None)] == [str(folder.parent)]


def test_attributes_are_lifted_and_come_back_where_the_file_stays(load: Load, folder: Path) -> None:
    room = load("immutable")
    before = room.attributes(str(folder / "audit.log"))
    room.lift_attributes(None)
    (folder / "audit.log").write_text("")
    room.lift_attributes(None)  # a second run finds no attribute, and still knows what the first one lifted
    (folder / "other.log").unlink()
    room.restore_attributes(None)
    assert room.attributes(str(folder / "audit.log")) == before


def test_a_mount_is_not_entered(load: Load, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "share").mkdir()
    (folder / "share/file").touch()
    monkeypatch.setattr(load("immutable").os.path, "ismount", lambda path: path.endswith("share"))
    assert f"{folder}/share/file" not in set(load("immutable").affected(None))
