# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what is removed: what has an obstacle is left alone and reported, and what is demanded afterwards is what is removed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
KINDS = {
    "ext4 sda": "the OS disk",
    "ext4 sdb": "another disk",
    "nfs": "a network share or a program (FUSE)",
    "tmpfs": "memory",
    "overlay": "a layered file system",
}


@pytest.fixture
def place(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that stands for the root of a machine: with a home, a folder to empty, logs, and files of an application in srv."""
    room = load("targets")
    for name in ("home/alice/file", "var/tmp/file", "var/log/app/app.log", "var/log/syslog.1", "srv/db/file", "srv/app/file", "etc/trace"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    for name, value in {
        "REMOVED": (f"{tmp_path}/etc/trace*",),
        "EMPTIED": (f"{tmp_path}/var/tmp", f"{tmp_path}/tmp"),
        "LOG_FOLDER": f"{tmp_path}/var/log",
        "EDITED": (f"{tmp_path}/etc/hosts",),
        "traces_in_homes": lambda machine: (),
        "account_traces": lambda machine: (),
        "authorized_keys": lambda users: (),
        "people": lambda: (),
    }.items():
        monkeypatch.setattr(room, name, value)
    return tmp_path


@pytest.fixture
def mounted(load: Load, monkeypatch: pytest.MonkeyPatch, place: Path) -> Callable[..., None]:
    """Let the machine have these mounts, each a place, its type with its disk, and the folder of the file system that is mounted."""

    def give(*rows: tuple[str, ...]) -> None:
        room, mount = load("targets"), load("mounts").Mount
        table = [mount("sda", "/", "/", "ext4 sda", "/dev/sda1")]
        for where, kind, *root in rows:
            device = kind.split(" ")[-1]
            table.append(mount(device, root[0] if root else "/", f"{place}/{where}", kind, f"/dev/{device}"))
        monkeypatch.setattr(room, "mounts", lambda: table)
        monkeypatch.setattr(room, "storage", lambda mount, table: KINDS[mount.kind])

    return give


def machine(place: Path, **options: Any) -> SimpleNamespace:
    """A machine from which the home of alice goes."""
    given = {"extra": (), "keep_folders": (), "keep": frozenset(), "users": ("alice",), "marks": (), "os_only": False}
    return SimpleNamespace(**{**given, "own_homes": (f"{place}/home/alice",), **options})


def ids(load: Load, subject: SimpleNamespace) -> list[str]:
    """The ids of the checks that report an obstacle, each once."""
    room = load("targets")
    return sorted({found.id for target in room.targets(subject) for found in room.obstacles(target, subject, room.mounts())})


@pytest.mark.parametrize(("row", "found"), [
    (("data", "ext4 sdb"), []),
    (("home", "ext4 sda2"), None),
    (("home/alice/upload", "ext4 sda", "/srv/up"), ["mounts"]),
    (("home/alice/upload", "ext4 sdb", "/up"), ["other_disk"]),
    (("home/alice/data", "ext4 sdb"), ["other_disk"]),
    (("home/alice/share", "nfs"), ["network_share"]),
    (("home/alice/ram", "tmpfs"), ["mounts"]),
    (("home/alice/layers", "overlay"), ["mounts"]),
    (("home/alice", "ext4 sda"), ["mounts"]),
    (("home", "ext4 sdb"), ["other_disk"]),
    (("home", "nfs"), ["network_share"]),
    (("var", "ext4 sdb"), ["other_disk"]),
    (("var/tmp", "nfs"), ["network_share"]),
    (("var/tmp", "ext4 sdb"), ["other_disk"]),
    (("var/tmp", "tmpfs"), []),
    (("var/tmp", "ext4 sda", "/srv/tmp"), ["mounts"]),
    (("var/tmp/x", "ext4 sda"), ["mounts"]),
    (("var/log", "nfs"), ["network_share"]),
    (("var/log/app", "ext4 sdb"), ["other_disk"]),
    (("var/log/app", "ext4 sda", "/srv/app"), ["mounts"]),
    (("etc/trace", "ext4 sda", "/srv/trace"), ["mounts"]),
    (("etc/hosts", "ext4 sda", "/srv/hosts"), ["mounts"]),
    (("srv/db", "ext4 sdb"), []),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")  # fmt: skip
def test_what_would_cross_a_mount_has_an_obstacle(
    load: Load, monkeypatch: pytest.MonkeyPatch, place: Path, mounted: Callable[..., None], row: tuple[str, ...], found: list[str] | None
) -> None:
    monkeypatch.setitem(KINDS, "ext4 sda2", "the OS disk")
    (place / "etc/hosts").touch()
    mounted(row)
    assert ids(load, machine(place)) == (found or [])
    left_alone = {target.path for target in load("targets").targets(machine(place))} - {
        target.path for target in load("targets").removable(machine(place))
    }
    assert bool(left_alone) is bool(found)


@pytest.mark.parametrize(("pattern", "row", "found"), [
    ("srv/*", ("srv/db", "ext4 sdb"), ["mounts"]),
    ("srv/db", ("srv/db", "ext4 sdb"), ["mounts"]),
    ("srv/", ("srv/db", "ext4 sdb"), ["mounts"]),
    ("srv", ("srv/db", "ext4 sda", "/x"), ["mounts"]),
    ("srv/db/*", ("srv/db", "ext4 sdb"), []),
    ("srv/db/*", ("srv/db", "nfs"), ["network_share"]),
    ("srv/*", ("srv/db/deep", "nfs"), ["network_share"]),
    ("srv/app", ("srv/db", "ext4 sdb"), []),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value))  # fmt: skip
def test_a_listed_path_is_refused_if_it_is_or_holds_a_mount(
    load: Load, place: Path, mounted: Callable[..., None], pattern: str, row: tuple[str, ...], found: list[str]
) -> None:
    mounted(row)
    assert ids(load, machine(place, extra=(f"{place}/{pattern}",))) == found


@pytest.mark.parametrize("options", [
    {"extra": ("home/*",)}, {"extra": ("home/alice",)}, {"keep_folders": ("home",), "own_homes": ()}, {"os_only": True},
], ids=["all listed", "one listed", "kept", "not in the image"])  # fmt: skip
def test_homes_on_another_disk_are_decided_by_the_options(
    load: Load, place: Path, mounted: Callable[..., None], options: dict[str, Any]
) -> None:
    mounted(("home", "ext4 sdb"))
    given = {name: tuple(f"{place}/{path}" for path in value) if isinstance(value, tuple) else value for name, value in options.items()}
    assert ids(load, machine(place, **given)) == []


def test_homes_on_a_disk_that_the_image_does_not_hold_stay_unless_listed(load: Load, place: Path, mounted: Callable[..., None]) -> None:
    mounted(("home", "ext4 sdb"))
    home = f"{place}/home/alice"
    assert home not in [target.path for target in load("targets").removable(machine(place, os_only=True))]
    assert home in [target.path for target in load("targets").removable(machine(place, os_only=True, extra=(home,)))]


@pytest.mark.parametrize("source", ["authorized_keys", "connections_with_secrets"])
def test_files_that_other_programs_name_go_under_their_exact_names(
    load: Load, monkeypatch: pytest.MonkeyPatch, place: Path, mounted: Callable[..., None], source: str
) -> None:
    mounted()
    file = place / "etc/key[1]"
    file.touch()
    monkeypatch.setattr(load("targets"), source, lambda *users: [str(file)] if users in ((), (("alice",),)) else [])
    subject = machine(place)
    assert str(file) in [target.path for target in load("targets").removable(subject)]
    assert str(file) not in [target.path for target in load("targets").removable(machine(place, keep_folders=(f"{place}/etc",)))]


def test_a_link_to_a_folder_that_is_emptied_is_not_emptied_itself(
    load: Load, monkeypatch: pytest.MonkeyPatch, place: Path, mounted: Callable[..., None]
) -> None:
    mounted()
    (place / "var/tmp").rename(place / "tmp")
    (place / "var/tmp").symlink_to(place / "tmp")
    monkeypatch.setattr(load("targets"), "EMPTIED", (f"{place}/tmp", f"{place}/var/tmp"))
    assert ids(load, machine(place)) == []
    assert f"{place}/var/tmp" not in [target.path for target in load("targets").removable(machine(place))]
    assert f"{place}/tmp" in [target.path for target in load("targets").removable(machine(place))]


def test_a_disk_below_the_logs_counts_as_decided_when_all_in_it_is_listed(load: Load, place: Path, mounted: Callable[..., None]) -> None:
    mounted(("var/log/app", "ext4 sdb"))
    (place / "var/log/app/.hidden").touch()
    listed = (f"{place}/var/log/app/*",)
    assert ids(load, machine(place, extra=listed)) == ["other_disk"]
    assert ids(load, machine(place, extra=(*listed, f"{place}/var/log/app/.*"))) == []


def test_a_file_system_of_the_os_disk_below_the_logs_is_emptied_too(
    load: Load, monkeypatch: pytest.MonkeyPatch, place: Path, mounted: Callable[..., None]
) -> None:
    monkeypatch.setitem(KINDS, "ext4 sda5", "the OS disk")
    mounted(("var/log/app", "ext4 sda5"))
    found = load("targets").removable(machine(place))
    assert [target.path for target in found if target.action == "whose logs are to be emptied"] == [
        f"{place}/var/log",
        f"{place}/var/log/app",
    ]


def test_logs_on_another_disk_do_not_keep_those_of_the_os_disk(load: Load, place: Path, mounted: Callable[..., None]) -> None:
    mounted(("var/log/app", "ext4 sdb"))
    assert ids(load, machine(place)) == ["other_disk"]
    assert removed(load, machine(place)) == []
    assert not (place / "var/log/syslog.1").exists()
    assert (place / "var/log/app/app.log").read_text() == "x"


def test_a_bind_mount_of_what_is_emptied_anyway_is_accepted(load: Load, place: Path, mounted: Callable[..., None]) -> None:
    (place / "tmp").mkdir()
    mounted(("var/tmp", "ext4 sda", f"{place}/tmp"))
    assert ids(load, machine(place)) == []


def test_a_link_on_the_way_is_an_obstacle_until_its_target_is_listed(load: Load, place: Path, mounted: Callable[..., None]) -> None:
    mounted()
    (place / "var/tmp").rename(place / "srv/tmp")
    (place / "var/tmp").symlink_to(place / "srv/tmp")
    assert ids(load, machine(place)) == ["linked_path"]
    assert ids(load, machine(place, extra=(f"{place}/srv/tmp",))) == []
    (place / "etc/hosts").symlink_to(place / "srv/db/file")
    assert ids(load, machine(place, extra=(f"{place}/srv/tmp",))) == ["linked_path"]


def removed(load: Load, subject: SimpleNamespace) -> list[str]:
    """Carry out everything; what the check would find afterwards."""
    room = load("targets")
    for target in room.removable(subject):
        room.carry_out(target, subject)
    return list(room.remains(subject))


def test_what_is_demanded_is_what_is_removed(load: Load, place: Path) -> None:
    subject = machine(place, extra=(f"{place}/srv/*",), keep_folders=(f"{place}/srv/db",))
    assert len(list(load("targets").remains(subject))) == 5
    assert removed(load, subject) == []
    assert sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()) == ["srv/db/file", "var/log/app/app.log"]
    assert (place / "var/log/app/app.log").stat().st_size == 0


def test_a_kept_folder_stays_inside_what_goes(load: Load, place: Path) -> None:
    (place / "var/tmp/dumps").mkdir()
    (place / "var/tmp/dumps/dump").touch()
    assert removed(load, machine(place, keep_folders=(f"{place}/var/tmp/dumps",))) == []
    assert sorted(path.name for path in (place / "var/tmp").rglob("*")) == ["dump", "dumps"]


@pytest.fixture
def bind(place: Path) -> Iterator[Callable[[str, str], None]]:
    """Bind a folder to another place, both below the folder that stands for the root."""
    if os.geteuid():
        pytest.skip("only root can mount")
    done: list[Path] = []

    def add(source: str, where: str) -> None:
        (place / where).mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", place / source, place / where], check=True)
        done.append(place / where)

    yield add
    for path in reversed(done):
        subprocess.run(["umount", path], check=True)


def test_nothing_is_deleted_through_a_real_bind_mount(load: Load, place: Path, bind: Callable[[str, str], None]) -> None:
    bind("srv/db", "home/alice/upload")
    bind("srv/app", "var/log/app")
    assert ids(load, machine(place)) == ["mounts"]
    assert removed(load, machine(place)) == []
    assert [(place / name).read_text() for name in ("srv/db/file", "srv/app/file", "home/alice/file")] == ["x", "x", "x"]
