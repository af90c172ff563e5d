# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that remove: their order, and the commands that they leave to others."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
MACHINE = SimpleNamespace(users=("alice",), own_names=("db",), own_addresses=frozenset({"10.0.0.4"}), waived=frozenset())


@pytest.fixture
def done(load: Load, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The actions of the steps on a machine with one target, in order."""
    room, found = load("removal"), list[Any]()
    monkeypatch.setattr(room, "blocking", lambda machine: [])
    monkeypatch.setattr(room, "removable", lambda machine: ["target"])
    monkeypatch.setattr(room, "carry_out", lambda target, machine: found.append(target))
    monkeypatch.setattr(room, "remove_rights", lambda machine: found.append("sudoers"))
    monkeypatch.setattr(room, "succeeds", lambda *command: found.append(command))
    monkeypatch.setattr(room, "run", lambda *command: found.append(command))
    monkeypatch.setattr(room, "root_is_locked", lambda: True)
    monkeypatch.setattr(room, "password_hashes", dict)
    return found


def test_accounts_go_last_and_userdel_deletes_no_home(load: Load, done: list[Any]) -> None:
    load("removal").remove_accounts(MACHINE)
    assert done == ["target", "sudoers", ("userdel", "alice")]


def test_nothing_is_deleted_if_a_mount_has_come_since_the_rehearsal(load: Load, monkeypatch: pytest.MonkeyPatch, done: list[Any]) -> None:
    monkeypatch.setattr(load("removal"), "blocking", lambda machine: ["mounts: /home/alice/x is mounted"])
    with pytest.raises(load("system").NotSealed, match="nothing was deleted yet"):
        load("removal").remove_accounts(MACHINE)
    assert done == []


def test_a_root_with_a_password_behind_its_lock_loses_it(load: Load, monkeypatch: pytest.MonkeyPatch, done: list[Any]) -> None:
    monkeypatch.setattr(load("removal"), "password_hashes", lambda: {"root": "!$y$hash"})
    load("removal").remove_accounts(MACHINE)
    assert done[-1] == ("usermod", "--password", "*", "root")


@pytest.mark.parametrize(("name", "step", "folder"), [
    ("removal", "deprovision_agent", "/var/lib/waagent"), ("cloud_init", "reset_cloud_init", "/var/lib/cloud"),
])  # fmt: skip
def test_folders_that_a_program_would_empty_itself_are_screened_while_it_runs(
    load: Load, monkeypatch: pytest.MonkeyPatch, name: str, step: str, folder: str
) -> None:
    room, seen = load(name), list[Any]()

    @contextlib.contextmanager
    def screen(folders: Any) -> Iterator[None]:
        seen.append(folder in folders)
        yield
        seen.append("lifted")

    def run(*arguments: Any, **options: Any) -> Any:
        seen.append("ran")
        return subprocess.CompletedProcess(arguments, 0, "", "")

    monkeypatch.setattr(room, "screened", screen)
    monkeypatch.setattr(shutil, "which", lambda program: program)
    monkeypatch.setattr(subprocess, "run", run)
    getattr(room, step)(MACHINE)
    assert seen == [True, "ran", "lifted"]


def test_a_file_keeps_its_mode_and_its_bytes_when_lines_are_dropped(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_bytes(b"# caf\xe9\nuser ALL\n")
    file.chmod(0o440)
    load("system").rewrite(str(file), lambda line: None if line.startswith("user") else line)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"# caf\xe9\n", 0o440)


def test_a_file_is_not_changed_through_a_link(load: Load, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("db\n")
    (tmp_path / "hostname").symlink_to(tmp_path / "data")
    with pytest.raises(load("system").NotSealed, match="is a link"):
        load("system").replace_text(str(tmp_path / "hostname"), "localhost\n")
    assert (tmp_path / "data").read_text() == "db\n"
