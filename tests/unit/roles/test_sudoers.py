# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights of removed accounts leave sudoers rule by rule, and sudo accepts what is left."""

from __future__ import annotations

import pwd
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

Load = Callable[[str], ModuleType]
ALICE = pwd.struct_passwd(("alice", "x", 1001, 1001, "", "/home/alice", "/bin/bash"))
MACHINE = SimpleNamespace(users=("alice",), names=("alice", "web"), waived=frozenset())


@pytest.fixture
def sudoers(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The room on a machine with the account alice, whose rules are below tmp_path/etc."""
    room = load("sudoers")
    monkeypatch.setattr(room.pwd, "getpwall", lambda: [ALICE])
    monkeypatch.setattr(room, "MAIN", str(tmp_path / "etc/sudoers"))
    monkeypatch.setattr(room, "REMOVED", (str(tmp_path / "etc/sudoers.d/90-cloud-init-users"),))
    (tmp_path / "etc/sudoers.d").mkdir(parents=True)
    return room


@pytest.mark.parametrize(("text", "left"), [
    ("alice ALL=(ALL) NOPASSWD: ALL\n", ""),
    ("alice ALL=(ALL) \\\n    NOPASSWD: ALL\nroot ALL=(ALL) ALL\n", "root ALL=(ALL) ALL\n"),
    ("alice\\\n  ALL = ALL\n", ""),
    ("alice, bob ALL=(ALL) ALL\n", "bob ALL=(ALL) ALL\n"),
    ("bob,alice ALL = /bin/a, \\\n  /bin/b\n", "bob ALL = /bin/a, \\\n  /bin/b\n"),
    ("bob, \\\n  alice, \\\n  carol ALL = ALL\n", "bob, carol ALL = ALL\n"),
    ('"alice" ALL=ALL\n', ""),
    ("#1001 ALL=ALL\n", ""),
    ("#1002 ALL=ALL\n", "#1002 ALL=ALL\n"),
    ("%alice ALL=ALL\n%alices ALL=ALL\n", "%alices ALL=ALL\n"),
    ("alice2 ALL=ALL\nmalice ALL=ALL\nali\\ce ALL=ALL\n", "alice2 ALL=ALL\nmalice ALL=ALL\n"),
    ("ALL, !alice ALL=ALL\n", "ALL ALL=ALL\n"),
    ("Defaults:alice !lecture\nDefaults:alice,bob !lecture\nDefaults env_reset\n", "Defaults:bob !lecture\nDefaults env_reset\n"),
    ("Defaults>alice !lecture\nDefaults@alice !lecture\n", "Defaults@alice !lecture\n"),
    ("User_Alias ADMINS = alice, bob : OPS = carol\nADMINS ALL=ALL\n", "User_Alias ADMINS = bob : OPS = carol\nADMINS ALL=ALL\n"),
    ("User_Alias ADMINS = alice : OPS = carol\nADMINS, OPS ALL=ALL\n", "User_Alias OPS = carol\nOPS ALL=ALL\n"),
    ("User_Alias A = alice\nUser_Alias B = A, \\\n A\nB ALL=ALL\nDefaults:B !lecture\nroot ALL=ALL\n", "root ALL=ALL\n"),
    ("Host_Alias ALICE = alice\nbob ALICE=/bin/alice\n", "Host_Alias ALICE = alice\nbob ALICE=/bin/alice\n"),
    ("# rules of alice\n# other rules \\\nroot ALL=ALL\n", "# other rules \\\nroot ALL=ALL\n"),
    ("#includedir /etc/sudoers.d\n@include /etc/alice\n", "#includedir /etc/sudoers.d\n@include /etc/alice\n"),
], ids=lambda text: text.split("\n")[0])  # fmt: skip
def test_only_the_removed_account_loses_its_rights(sudoers: ModuleType, text: str, left: str) -> None:
    changed = sudoers.without_users({"a": text}, MACHINE.users)["a"]
    assert " ".join(changed.split()) == " ".join(left.split())


def test_an_alias_of_another_file_goes_with_what_refers_to_it(sudoers: ModuleType) -> None:
    texts = {"a": "ADMINS ALL=ALL\n", "b": "User_Alias ADMINS = alice\n"}
    assert sudoers.without_users(texts, MACHINE.users) == {"a": "", "b": ""}


def write(sudoers: ModuleType, **texts: str) -> Path:
    """Write the rules, and the files of the folder that they include; return that folder."""
    folder = Path(f"{sudoers.MAIN}.d")
    Path(sudoers.MAIN).write_text(texts.pop("main", f"root ALL=(ALL:ALL) ALL\n@includedir {folder}\n"))
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def test_all_included_files_are_read_and_those_that_sudo_ignores(sudoers: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "etc/more").write_text("")
    folder = write(sudoers, main=f'#includedir {tmp_path}/etc/sudoers.d\n@include "more"\n', alice="", alice__bak="")
    assert sudoers.sudoers_files(sudoers.MAIN) == [sudoers.MAIN, f"{folder}/alice", f"{folder}/alice.bak", f"{tmp_path}/etc/more"]


@pytest.fixture
def visudo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A program in place of visudo that objects to the word broken in any of the files, and lists what it was asked to read."""
    program, asked = tmp_path / "bin/visudo", tmp_path / "asked"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nfind "$3" "$3.d" -type f >{asked}\n! grep -r broken "$3" "$3.d" >&2\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return asked


def test_the_files_are_changed_in_place_and_empty_ones_go(sudoers: ModuleType, visudo: Path) -> None:
    folder = write(sudoers, alice="# for alice\nalice ALL=ALL\n", team="alice, bob ALL=ALL\n")
    (folder / "team").chmod(0o440)
    sudoers.remove_rights(MACHINE)
    assert [(path.name, path.read_text(), path.stat().st_mode & 0o777) for path in folder.iterdir()] == [("team", "bob ALL=ALL\n", 0o440)]


def test_rules_that_sudo_refuses_make_the_step_fail(load: Load, sudoers: ModuleType, visudo: Path) -> None:
    write(sudoers, team="alice, bob ALL=broken\n")
    with pytest.raises(load("system").NotSealed, match="sudo cannot use the changed rules"):
        sudoers.remove_rights(MACHINE)


def test_rules_that_sudo_refuses_are_accepted_if_the_owner_has_waived_the_check(sudoers: ModuleType, visudo: Path) -> None:
    folder = write(sudoers, team="alice, bob ALL=broken\n")
    sudoers.remove_rights(SimpleNamespace(**{**vars(MACHINE), "waived": frozenset({"sudoers"})}))
    assert (folder / "team").read_text() == "bob ALL=broken\n"


def test_a_link_to_rules_elsewhere_is_refused_before_anything_is_removed(sudoers: ModuleType, visudo: Path, tmp_path: Path) -> None:
    folder = write(sudoers)
    (tmp_path / "team").write_text("alice, bob ALL=ALL\n")
    (folder / "team").symlink_to(tmp_path / "team")
    (found,) = [finding.what for finding in sudoers.unusable_rules(MACHINE)]
    assert found.startswith(f"{folder}/team is a link to {tmp_path}/team")
    sudoers.remove_rights(MACHINE)
    assert (tmp_path / "team").read_text() == "alice, bob ALL=ALL\n"


def test_the_rehearsal_tries_the_change_on_a_copy(sudoers: ModuleType, visudo: Path) -> None:
    folder = write(sudoers, team="alice, bob ALL=broken\n", alice="alice ALL=ALL\n", **{"90-cloud-init-users": "alice ALL=ALL\n"})
    before = {path: path.read_text() for path in folder.iterdir()}
    found = [finding.what for finding in sudoers.unusable_rules(MACHINE)]
    assert len(found) == 1
    assert found[0].startswith(f"visudo refuses the rules that would be left: {folder}/team")
    asked = visudo.read_text().split()
    assert all(path.startswith("/run/") and not Path(path).exists() for path in asked)
    assert sorted(Path(path).name for path in asked) == ["sudoers", "team"]
    assert {path: path.read_text() for path in folder.iterdir()} == before


def test_a_rule_that_lets_others_act_as_the_account_is_reported(sudoers: ModuleType, visudo: Path) -> None:
    folder = write(sudoers, ops="carol ALL=(root, alice) ALL\n")
    assert [finding.what for finding in sudoers.unusable_rules(MACHINE)] == [
        f"{folder}/ops lets others act as an account that is to be removed: carol ALL=(root, alice) ALL\n"
    ]


def test_the_included_files_of_a_copy_are_copies(sudoers: ModuleType) -> None:
    text = '#includedir /etc/sudoers.d\n@include\t"/etc/a b"\n@include local\nroot ALL=/bin/ls\n'
    assert (
        sudoers.moved(text, "/run/x") == '#includedir /run/x/etc/sudoers.d\n@include\t"/run/x/etc/a b"\n@include local\nroot ALL=/bin/ls\n'
    )
