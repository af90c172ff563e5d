# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demands of the finalizer's last search: the rehearsal predicts them, and no more is demanded than what is removed."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFake alice\n"


@pytest.fixture
def machine() -> SimpleNamespace:
    """A machine called db and orchid7, with one mark, from which nothing but what tests say is removed."""
    return SimpleNamespace(
        waived=frozenset(), keep=frozenset(), users=(), names=("db", "orchid7"), marks=("0123-mark",), extra=(), oldest_mark=0, homes=()
    )


@pytest.fixture
def root(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that is searched in place of the file systems, and where packages use the word db."""
    folder = tmp_path / "root"
    folder.mkdir()
    search = load("search")
    monkeypatch.setattr(search, "treated_mounts", lambda machine: [("8:1", str(folder))])
    monkeypatch.setattr(search, "PATTERNS", tmp_path / "patterns")
    monkeypatch.setattr(search, "people", lambda: [])
    monkeypatch.setattr(search, "read", lambda path: "")
    packages = load("packages_dpkg")
    monkeypatch.setattr(packages, "read", lambda path: "Description: a database (db)\n" if path.endswith("status") else "")
    monkeypatch.setattr(load("plan"), "removable", lambda machine: machine.extra)
    monkeypatch.setattr(load("leftovers"), "swap_areas", lambda: [SimpleNamespace(path=f"{folder}/swapfile")])
    return folder


def findings(load: Load, check_id: str, machine: Any) -> list[tuple[str, str]]:
    check = next(check for check in load("leftovers").CHECKS if check.id == check_id)
    return [(finding.verdict, finding.what) for finding in check.look(machine)]


def test_a_distinctive_name_blocks_and_an_ordinary_word_only_warns(load: Load, machine: SimpleNamespace, root: Path) -> None:
    (root / "nginx.conf").write_text("server_name orchid7;\n")
    (root / "nsswitch.conf").write_text("passwd: db files\n")
    assert findings(load, "names", machine) == [
        ("block", f"the name orchid7 is in: {root}/nginx.conf"),
        ("warn", f"the word db, which is also a name here, is in: {root}/nsswitch.conf"),
    ]


def test_the_last_search_demands_no_ordinary_word(load: Load, machine: SimpleNamespace, root: Path) -> None:
    (root / "nsswitch.conf").write_text("passwd: db files\n")
    assert list(load("search").mentions_left(machine)) == []
    (root / "nginx.conf").write_text("server_name orchid7;\n")
    assert list(load("search").mentions_left(machine)) == [f"{root}/nginx.conf still mentions this machine"]


@pytest.mark.parametrize("check_id", ["names", "marks", "history_files", "authorized_keys"])
def test_what_is_waived_is_not_demanded(load: Load, machine: SimpleNamespace, root: Path, check_id: str) -> None:
    files = {"names": "orchid7\n", "marks": "0123-mark\n", "history_files": "ls\n", "authorized_keys": KEY}
    name = {"history_files": ".psql_history", "authorized_keys": "authorized_keys"}.get(check_id, "file")
    (root / name).write_text(files[check_id])

    def left() -> list[str]:
        search = load("search")
        return [*search.mentions_left(machine), *search.history_files(machine), *search.files_with_authorized_keys(machine)]

    assert len(left()) == 1
    machine.waived = frozenset({check_id})
    assert left() == []


def test_a_mark_blocks_in_the_content_and_in_the_name_of_a_file(load: Load, machine: SimpleNamespace, root: Path) -> None:
    (root / "agent.json").write_text('{"id": "0123-mark"}\n')
    (root / "0123-mark.state").touch()
    assert findings(load, "marks", machine) == [
        ("block", f"an id, an address or a key of this machine is in: {root}/0123-mark.state, {root}/agent.json")
    ]
    assert not (root.parent / "patterns").exists()


def test_what_was_swapped_out_does_not_block(load: Load, machine: SimpleNamespace, root: Path) -> None:
    (root / "swapfile").write_bytes(b"\0\0 0123-mark \0\0")
    assert findings(load, "marks", machine) == []


def test_what_will_be_removed_does_not_block(load: Load, machine: SimpleNamespace, root: Path) -> None:
    (root / "state").mkdir()
    (root / "state/agent.json").write_text("0123-mark orchid7\n")
    machine.extra = (f"{root}/st*",)
    assert findings(load, "marks", machine) == findings(load, "names", machine) == []


def test_only_files_with_keys_of_others_are_keys(load: Load, monkeypatch: pytest.MonkeyPatch, machine: SimpleNamespace, root: Path) -> None:
    machine.keep = frozenset({"git"})  # a system account
    monkeypatch.setattr(load("search").pwd, "getpwall", lambda: [SimpleNamespace(pw_name="git", pw_dir=f"{root}/git")])
    for name, text in {
        "a/authorized_keys": KEY,
        "git/authorized_keys": KEY,
        "b/authorized_keys": "# none\n",
        "c/authorized_keys.5.gz": KEY,
    }.items():
        (root / name).parent.mkdir()
        (root / name).write_text(text)
    assert findings(load, "authorized_keys", machine) == [("block", f"keys of people stay: {root}/a/authorized_keys")]


def test_a_history_outside_the_homes_blocks(load: Load, machine: SimpleNamespace, root: Path) -> None:
    (root / ".psql_history").write_text("alter role x password 'secret'\n")
    (root / ".bash_history").touch()
    assert findings(load, "history_files", machine) == [("block", f"histories stay: {root}/.psql_history")]


def test_a_long_list_is_cut(load: Load) -> None:
    (finding,) = load("leftovers").listed("in", [f"/{number}" for number in range(12)])
    assert finding.what == "in: /0, /1, /2, /3, /4, /5, /6, /7, /8, /9 and 2 more"


def test_the_history_of_a_system_account_is_removed(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    targets = load("targets")
    postgres = SimpleNamespace(pw_name="postgres", pw_uid=105, pw_dir=str(tmp_path))
    monkeypatch.setattr(targets, "people", lambda: [])
    monkeypatch.setattr(targets, "local_accounts", lambda: [postgres])
    patterns = list(targets.traces_in_homes(SimpleNamespace(keep=frozenset(), users=())))
    assert {f"{tmp_path}/.*_history", f"{tmp_path}/.ssh"} <= {*patterns}
    kept = targets.traces_in_homes(SimpleNamespace(keep=frozenset({"postgres"}), users=()))
    assert not [pattern for pattern in kept if pattern.startswith(str(tmp_path))]


@pytest.mark.parametrize(
    ("secret", "found"),
    [("$y$hash", ["the account postgres has a password"]), ("!$y$hash", ["the account postgres has a password"]), ("!", []), ("*", [])],
)
def test_the_password_of_a_system_account_blocks(
    load: Load, monkeypatch: pytest.MonkeyPatch, machine: SimpleNamespace, secret: str, found: list[str]
) -> None:
    monkeypatch.setattr(load("accounts"), "read", lambda path: f"root:$y$a:1:\npostgres:{secret}:1:\nalice:$y$b:1:\nkept:$y$c:1:\n")
    machine.users, machine.keep = ("alice",), frozenset({"kept"})
    assert [what for _verdict, what in findings(load, "system_passwords", machine)] == found


@pytest.mark.parametrize(("waived", "stays"), [([], False), (["system_passwords"], True)])
def test_a_password_that_is_waived_does_not_count_as_a_mark(
    load: Load, monkeypatch: pytest.MonkeyPatch, waived: list[str], stays: bool
) -> None:
    room = load("machine")
    monkeypatch.setattr(load("accounts"), "read", lambda path: "root:$y$a:1:\npostgres:$y$postgres:1:\nalice:$y$alice:1:\n")
    monkeypatch.setattr(room, "people", lambda: [SimpleNamespace(pw_name="alice", pw_dir="/home/alice")])
    monkeypatch.setattr(room.pwd, "getpwnam", lambda name: SimpleNamespace(pw_dir=f"/home/{name}"))
    options = SimpleNamespace(
        vm_id="00112233-4455-6677-8899-aabbccddeeff", wait=1, wipe=True, keep=[], keep_folder=[], remove=[], disks="all", waive=waived
    )
    marks = room.read_identity(options).marks
    assert {"$y$a", "$y$alice"} <= {*marks}
    assert ("$y$postgres" not in marks) is stays


@pytest.mark.parametrize(("group", "primary", "found"), [
    (("alice", 1001, []), 1001, []),
    (("alice", 1001, ["alice"]), 1001, []),
    (("alice", 1001, ["www-data"]), 1001, ["the group alice is also used by www-data"]),
    (("alice", 1002, []), 1001, ["the group alice is not the primary group of the user alice, so it would stay"]),
], ids=["own", "member of itself", "others", "not primary"])  # fmt: skip
def test_a_group_that_userdel_leaves_blocks(
    load: Load, monkeypatch: pytest.MonkeyPatch, machine: SimpleNamespace, group: Any, primary: int, found: list[str]
) -> None:
    room = load("leftovers")
    machine.users = ("alice",)
    monkeypatch.setattr(room.pwd, "getpwall", lambda: [SimpleNamespace(pw_name="alice", pw_gid=primary)])
    named = SimpleNamespace(gr_name=group[0], gr_gid=group[1], gr_mem=group[2])
    monkeypatch.setattr(room.grp, "getgrall", lambda: [named])
    monkeypatch.setattr(room, "read", lambda path: "USERGROUPS_ENAB yes\n")
    assert [what for _verdict, what in findings(load, "leftover_group", machine)] == found


def test_a_file_that_vanishes_during_the_search_holds_nothing(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mark\n")
    assert load("search").grep([str(tmp_path / "gone"), str(file)], "-e", "mark") == [str(file)]


def test_packaged_files_are_known_in_fips_mode(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    real = hashlib.md5

    def strict(content: bytes, *, usedforsecurity: bool = True) -> Any:
        if usedforsecurity:
            raise ValueError("disabled for FIPS")
        return real(content)

    packages = load("packages_dpkg")
    monkeypatch.setattr(packages.hashlib, "md5", strict)
    assert packages.md5(b"") == "d41d8cd98f00b204e9800998ecf8427e"
    monkeypatch.setattr(packages.hashlib, "md5", lambda content: real(content))
    assert packages.md5(b"") == "d41d8cd98f00b204e9800998ecf8427e"


@pytest.mark.parametrize(
    ("folder", "pattern", "matches"),
    [
        ("/data", "/data/*", True),
        ("/data", "/data/a/b", True),
        ("/data", "/da*/a", True),
        ("/srv/db", "/srv/*/cache", True),
        ("/srv/db", "/srv/*", False),
        ("/data", "/data", False),
        ("/data", "/database/*", False),
    ],
)
def test_a_disk_on_which_a_pattern_can_match_is_known(load: Load, folder: str, pattern: str, matches: bool) -> None:
    assert load("treated").may_match_below(folder, pattern) is matches


@pytest.mark.parametrize(("os_only", "treated"), [(False, ["/", "/boot", "/var/log"]), (True, ["/", "/boot"])])
def test_a_data_disk_from_which_something_is_removed_is_treated(
    load: Load, monkeypatch: pytest.MonkeyPatch, os_only: bool, treated: list[str]
) -> None:
    room = load("treated")
    mounts = [("8:1", "/"), ("8:2", "/boot"), ("8:17", "/data"), ("8:18", "/var/log")]
    monkeypatch.setattr(room, "disk_mounts", lambda: mounts)
    monkeypatch.setattr(room, "os_mounts", lambda: mounts[:2])
    subject = SimpleNamespace(os_only=os_only, extra=("/opt/builder", "/var/log/*"))
    assert [place for _device, place in room.treated_mounts(subject)] == treated


def test_a_search_has_no_time_limit(load: Load, monkeypatch: pytest.MonkeyPatch, machine: SimpleNamespace, root: Path) -> None:
    search, given = load("search"), []

    def run(command: Any, **options: Any) -> Any:
        given.append(options)
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(search.subprocess, "run", run)
    search.find(machine, "-type", "f")
    search.grep(["/file"], "-e", "mark")
    assert [options.get("timeout") for options in given] == [None, None]


@pytest.mark.parametrize(("complaint", "fails"), [
    ("find: '/srv/job/1': No such file or directory", False),
    ("find: '/mnt/share': Transport endpoint is not connected", False),
    ("find: '/mnt/share': Host is down", False),
    ("find: '/mnt/shared': Input/output error", True),
    ("find: '/srv/broken': Structure needs cleaning", True),
], ids=["gone", "dead program", "lost server", "other place", "broken"])  # fmt: skip
def test_folders_that_vanish_and_shares_that_no_program_serves_do_not_stop_a_search(
    load: Load, monkeypatch: pytest.MonkeyPatch, machine: SimpleNamespace, root: Path, tmp_path: Path, complaint: str, fails: bool
) -> None:
    program = tmp_path / "bin/find"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "/srv/file\\0"\necho "{complaint}" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    search = load("search")
    monkeypatch.setattr(search, "mounts", lambda: [SimpleNamespace(place="/mnt/share")])
    if fails:
        with pytest.raises(load("system").NotSealed, match="searching for traces failed"):
            search.find(machine, "-type", "f")
    else:
        assert search.find(machine, "-type", "f") == ["/srv/file"]


ACCOUNT_TEXTS = {
    "/etc/passwd": "svc:x:998:998:alice:/var/lib/svc:/bin/false\n",
    "/etc/group": "alice:x:1001:\n",
    "/etc/gshadow": "staff:!:alice:\n",
    "/etc/subuid": "bob:100000:65536\n",
}


def test_a_removed_account_is_looked_for_by_name_not_in_descriptions(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = load("accounts")
    monkeypatch.setattr(accounts, "read", lambda path: ACCOUNT_TEXTS.get(path, ""))
    assert accounts.account_files_with(["alice"]) == ["/etc/group", "/etc/gshadow"]
    assert accounts.account_files_with(["svc", "bob"]) == ["/etc/passwd", "/etc/subuid"]


@pytest.mark.parametrize(("waived", "left"), [([], ["/etc/group", "/etc/gshadow"]), (["leftover_group"], [])])
def test_a_group_that_the_owner_accepts_is_not_a_trace(
    load: Load, monkeypatch: pytest.MonkeyPatch, machine: SimpleNamespace, waived: list[str], left: list[str]
) -> None:
    monkeypatch.setattr(load("accounts"), "read", lambda path: ACCOUNT_TEXTS.get(path, "root:*:\n"))
    search = load("search")
    monkeypatch.setattr(search, "people", lambda: [])
    machine.users, machine.waived = ("alice",), frozenset(waived)
    found = [trace for trace in search.accounts_left(machine) if "removed account" in trace]
    assert found == [f"the name of a removed account in {path}" for path in left]


def test_a_group_that_userdel_is_set_up_to_leave_blocks(load: Load, monkeypatch: pytest.MonkeyPatch, machine: SimpleNamespace) -> None:
    room = load("leftovers")
    machine.users = ("alice",)
    monkeypatch.setattr(room.pwd, "getpwall", lambda: [SimpleNamespace(pw_name="alice", pw_gid=1001)])
    monkeypatch.setattr(room.grp, "getgrall", lambda: [SimpleNamespace(gr_name="alice", gr_gid=1001, gr_mem=[])])
    monkeypatch.setattr(room, "read", lambda path: "USERGROUPS_ENAB no\n")
    (found,) = findings(load, "leftover_group", machine)
    assert "USERGROUPS_ENAB" in found[1]
