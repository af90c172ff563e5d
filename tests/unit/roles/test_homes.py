# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The homes that go with their accounts, and those about which the owner of the machine has to decide."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
UIDS = {"alice": 1001, "bob": 1002, "keeper": 1003, "postgres": 105}


@pytest.fixture
def place(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., ModuleType]:
    """The room on a machine with these accounts and homes, in whose folder of homes everything belongs to alice unless a test says so."""
    if os.geteuid():
        pytest.skip("only root can give files to other accounts")

    def make(**homes: str) -> ModuleType:
        room = load("homes")
        entries = [
            pwd.struct_passwd((name, "x", UIDS[name], UIDS[name], "", f"{tmp_path}/{home}", "/bin/sh")) for name, home in homes.items()
        ]
        monkeypatch.setattr(room, "local_accounts", lambda: iter(entries))
        monkeypatch.setattr(room, "HOMES", f"{tmp_path}/home")
        (tmp_path / "home").mkdir()
        for name, home in homes.items():
            add(tmp_path / home / ".profile", UIDS[name])
        return room

    return make


def add(file: Path, uid: int) -> None:
    """Make a file and its folder, which belong to an account."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    os.chown(file, uid, uid)
    os.chown(file.parent, uid, uid)


def objections(room: ModuleType, *users: str) -> list[tuple[str, str]]:
    return [
        (found.id, found.what.replace(os.path.dirname(room.HOMES), ""))
        for home in room.homes_to_decide(users)
        for found in room.objections(home, room.accounts_by_home())
    ]


def test_the_effort_grows_with_the_number_of_accounts_not_with_its_square(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    room, asked = load("homes"), list[str]()
    entries = [pwd.struct_passwd((f"u{number}", "x", number, number, "", f"/none/u{number}", "")) for number in range(2000, 2050)]
    monkeypatch.setattr(room, "local_accounts", lambda: iter(entries))
    monkeypatch.setattr(room, "ownerless_homes", lambda: iter(()))
    monkeypatch.setattr(room, "foreign_files", lambda home: iter(()))
    monkeypatch.setattr(room, "real_home", lambda entry: asked.append(entry.pw_name) or entry.pw_dir)
    assert room.homes_to_remove([entry.pw_name for entry in entries], ()) == []
    assert len(asked) <= 2 * len(entries)


def test_a_home_with_files_of_its_account_and_of_root_goes(place: Callable[..., ModuleType], tmp_path: Path) -> None:
    room = place(alice="home/alice", keeper="home/keeper")
    (tmp_path / "home/alice/root").touch()
    assert objections(room, "alice") == []
    assert room.homes_to_remove(("alice",), ()) == [f"{tmp_path}/home/alice"]
    assert room.homes_to_remove(("alice",), (f"{tmp_path}/home",)) == []


def test_a_home_outside_home_is_asked_for(place: Callable[..., ModuleType]) -> None:
    room = place(alice="opt/shop")
    assert objections(room, "alice") == [("home_outside_home", "/opt/shop, the home of alice, lies outside /home")]
    assert room.homes_to_remove(("alice",), ()) == []


def test_a_link_does_not_hide_that_a_home_lies_elsewhere(place: Callable[..., ModuleType], tmp_path: Path) -> None:
    room = place(alice="srv/alice", bob="home/bob")
    (tmp_path / "home/alice").symlink_to(tmp_path / "srv/alice")
    assert [found for found, _what in objections(room, "alice")] == ["home_outside_home"]


@pytest.mark.parametrize("removed", [("alice",), ("alice", "bob")], ids=["with one who stays", "of two who go"])
def test_a_shared_home_is_asked_for(place: Callable[..., ModuleType], removed: tuple[str, ...]) -> None:
    room = place(alice="home/sftp", bob="home/sftp")
    assert ("home_shared", "/home/sftp is the home of alice, bob") in objections(room, *removed)
    assert room.homes_to_remove(removed, ()) == []


def test_a_home_with_the_home_of_another_account_is_asked_for(place: Callable[..., ModuleType]) -> None:
    room = place(alice="home/alice", keeper="home/alice/keeper")
    assert ("home_files_of_others", "/home/alice, the home of alice, holds the home of keeper (/home/alice/keeper)") in objections(
        room, "alice"
    )


@pytest.mark.parametrize(("uid", "whose"), [(105, "postgres"), (1003, "keeper"), (472, "a container")])
def test_a_home_with_files_of_others_is_asked_for(place: Callable[..., ModuleType], tmp_path: Path, uid: int, whose: str) -> None:
    room = place(alice="home/alice")
    (tmp_path / "home/alice/data").mkdir()
    add(tmp_path / "home/alice/data/base/1", uid)
    found = objections(room, "alice")
    assert [check_id for check_id, _what in found] == ["home_files_of_others"]
    assert f"(uid {uid})" in found[0][1] or f"uid {uid}, which is not an account" in found[0][1], whose
    assert room.homes_to_remove(("alice",), ()) == []


def test_files_of_several_removed_accounts_are_accepted(place: Callable[..., ModuleType], tmp_path: Path) -> None:
    room = place(alice="home/alice", bob="home/bob")
    add(tmp_path / "home/alice/from/bob", 1002)
    assert objections(room, "alice", "bob") == []


def test_files_that_come_and_go_and_mounts_do_not_disturb(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    room = load("homes")
    monkeypatch.setattr(room.os, "listdir", lambda folder: ["gone", "mounted", "file"])
    assert [path for path, _status in room.entries_of(str(tmp_path), {f"{tmp_path}/mounted"})] == [f"{tmp_path}/file"]
    assert list(room.entries_of(str(tmp_path / "gone"), ())) == []


def test_homes_of_a_directory_service_and_of_former_accounts_go(place: Callable[..., ModuleType], tmp_path: Path) -> None:
    room = place(alice="home/alice")
    add(tmp_path / "home/former/.bashrc", 1500)
    add(tmp_path / "home/CORP/carol/.profile", 1200500)
    os.chown(tmp_path / "home/CORP", 0, 0)
    assert room.homes_to_remove(("alice",), ()) == [f"{tmp_path}/home/{name}" for name in ("alice", "CORP/carol", "former")]


def test_a_folder_without_owner_that_does_not_look_like_a_home_is_asked_for(place: Callable[..., ModuleType], tmp_path: Path) -> None:
    room = place(alice="home/alice")
    add(tmp_path / "home/volumes/data", 472)
    assert objections(room, "alice") == [
        ("home_without_owner", "/home/volumes, a folder of uid 472, which is not an account here, does not look like a home")
    ]
    assert room.homes_to_remove(("alice",), ()) == [f"{tmp_path}/home/alice"]


@pytest.mark.parametrize("home", ["/", "/nonexistent", "/var/lib", "/home", "/dev/null", ""])
def test_a_folder_of_the_system_is_not_a_home(load: Load, home: str) -> None:
    assert load("homes").real_home(pwd.struct_passwd(("alice", "x", 1001, 1001, "", home, "/bin/sh"))) == ""


@pytest.mark.parametrize(("uid", "is_person"), [
    (999, False), (1000, True), (60000, True), (60001, False), (64055, False), (65534, False), (65536, True), (1200500, True),
])  # fmt: skip
def test_local_accounts_above_the_ids_of_the_system_are_people(
    load: Load, monkeypatch: pytest.MonkeyPatch, uid: int, is_person: bool
) -> None:
    accounts = load("accounts")
    texts = {"/etc/passwd": f"alice:x:{uid}:{uid}::/home/alice:/bin/bash\n+::::::\n", "/etc/login.defs": "UID_MIN 1000\nUID_MAX 60000\n"}
    monkeypatch.setattr(accounts, "read", lambda path: texts[path])
    assert [entry.pw_name for entry in accounts.people()] == (["alice"] if is_person else [])
