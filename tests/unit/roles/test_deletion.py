# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting: never across a mount, never through a link, and what is emptied keeps its owner and mode."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with files, folders, and links to data that is not in it."""
    folder = tmp_path / "home"
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/er/file").write_text("x")
    (folder / "file").write_text("x")
    data = tmp_path / "data"
    data.mkdir()
    (data / "keep").write_text("precious")
    (folder / "link").symlink_to(data)
    (folder / "file-link").symlink_to(data / "keep")
    return folder


@pytest.fixture
def mount() -> Iterator[Callable[..., None]]:
    """Mount something with these arguments of mount, the last of which is the place; it is unmounted afterwards."""
    if os.geteuid():
        pytest.skip("only root can mount")
    places: list[str] = []

    def add(*arguments: object) -> None:
        subprocess.run(["mount", *map(str, arguments)], check=True)
        places.append(str(arguments[-1]))

    yield add
    for place in reversed(places):
        subprocess.run(["umount", place], check=True)


def test_a_folder_goes_with_its_content_and_links_are_not_followed(load: Load, home: Path) -> None:
    load("deletion").remove(str(home), NOTHING)
    assert not home.exists()
    assert (home.parent / "data/keep").read_text() == "precious"


def test_a_link_goes_but_not_what_it_leads_to(load: Load, home: Path) -> None:
    load("deletion").remove(str(home / "link"), NOTHING)
    assert sorted(path.name for path in home.iterdir()) == ["deep", "file", "file-link"]
    assert (home.parent / "data/keep").exists()


def test_what_is_not_there_is_no_error(load: Load, home: Path) -> None:
    load("deletion").remove(str(home / "gone"), NOTHING)


def test_a_link_on_the_way_is_not_followed(load: Load, home: Path) -> None:
    deletion = load("deletion")
    with pytest.raises(load("system").NotSealed, match="reached through a link"):
        deletion.remove(str(home / "link/keep"), NOTHING)
    with pytest.raises(load("system").NotSealed, match="reached through a link"):
        deletion.empty(str(home / "link"), NOTHING)
    with pytest.raises(load("system").NotSealed, match="reached through a link"):
        deletion.truncate(str(home / "link/keep"))
    assert (home.parent / "data/keep").read_text() == "precious"


@pytest.mark.parametrize("known", [True, False], ids=["spared", "found by its number"])
def test_a_bind_mount_of_the_same_file_system_is_not_crossed(load: Load, home: Path, mount: Callable[..., None], known: bool) -> None:
    place = home / "deep/er"
    mount("--bind", home.parent / "data", place)
    load("deletion").remove(str(home), frozenset({str(place)}) if known else NOTHING)
    assert (home.parent / "data/keep").read_text() == "precious"
    assert sorted(home.rglob("*")) == [home / "deep", place, place / "keep"]


def test_another_file_system_is_not_crossed(load: Load, home: Path, mount: Callable[..., None]) -> None:
    mount("-t", "tmpfs", "tmpfs", home / "deep")
    (home / "deep/keep").write_text("precious")
    load("deletion").empty(str(home), NOTHING)
    assert sorted(home.rglob("*")) == [home / "deep", home / "deep/keep"]


def test_a_folder_can_be_emptied_and_what_is_spared_stays(load: Load, home: Path) -> None:
    load("deletion").empty(str(home), frozenset({str(home / "deep/er")}))
    assert sorted(home.rglob("*")) == [home / "deep", home / "deep/er", home / "deep/er/file"]


def test_a_dead_share_is_not_asked_for_its_status(load: Load, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deletion = load("deletion")
    ask = os.stat

    def stat(name: object, **options: object) -> os.stat_result:
        if name == "deep":
            raise OSError(107, "Transport endpoint is not connected")
        return ask(name, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(deletion.os, "stat", stat)
    deletion.empty(str(home), frozenset({str(home / "deep")}))
    assert os.listdir(home) == ["deep"]


@pytest.mark.parametrize(("spared", "left"), [("deep/er/file", False), ("deep/er", False), ("elsewhere", True)])
def test_what_is_spared_does_not_count_as_left(load: Load, home: Path, spared: str, left: bool) -> None:
    deletion = load("deletion")
    for name in ("file", "link", "file-link"):
        (home / name).unlink()
    paths = frozenset({str(home / spared)})
    assert deletion.is_left(str(home), paths) is left
    assert deletion.is_filled(str(home), paths) is left


def test_an_emptied_file_keeps_its_owner_and_mode(load: Load, home: Path) -> None:
    file = home / "file"
    file.chmod(0o640)
    before = file.stat()
    load("deletion").truncate(str(file))
    after = file.stat()
    assert (after.st_size, after.st_mode, after.st_uid, after.st_ino) == (0, before.st_mode, before.st_uid, before.st_ino)


def test_a_file_with_a_second_name_is_not_emptied(load: Load, home: Path) -> None:
    os.link(home.parent / "data/keep", home / "hard")
    load("deletion").truncate(str(home / "hard"))
    assert not (home / "hard").exists()
    assert (home.parent / "data/keep").read_text() == "precious"


def test_a_link_is_not_emptied(load: Load, home: Path) -> None:
    with pytest.raises(OSError, match="symbolic link"):
        load("deletion").truncate(str(home / "file-link"))
    assert (home.parent / "data/keep").read_text() == "precious"
