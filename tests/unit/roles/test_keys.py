# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files with the keys of removed accounts, at the places that the settings of the SSH server name."""

from __future__ import annotations

import pwd
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ALICE = pwd.struct_passwd(("alice", "x", 1001, 1001, "", "/home/alice", "/bin/bash"))
KEEPER = pwd.struct_passwd(("keeper", "x", 1002, 1002, "", "/home/keeper", "/bin/bash"))


@pytest.mark.parametrize(("settings", "files"), [
    ("", []),
    ("AuthorizedKeysFile none\n", []),
    ("AuthorizedKeysFile /etc/ssh/keys/%u .ssh/more\n", ["/etc/ssh/keys/alice", "/home/alice/.ssh/more"]),
    ("Match User alice\n  authorizedkeysfile=/etc/ssh/%U%%\n", ["/etc/ssh/1001%"]),
    ("AuthorizedKeysFile /etc/ssh/everyone\n", []),
], ids=["default", "none", "by name", "by number", "of all accounts"])  # fmt: skip
def test_only_files_of_removed_accounts_are_theirs(
    load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, settings: str, files: list[str]
) -> None:
    keys = load("keys")
    monkeypatch.setattr(keys, "local_accounts", lambda: iter([ALICE, KEEPER]))
    monkeypatch.setattr(keys, "SERVER_SETTINGS", ("/etc/passwd",))
    monkeypatch.setattr(keys, "read", lambda path: settings)
    default = ["/home/alice/.ssh/authorized_keys", "/home/alice/.ssh/authorized_keys2"]
    assert keys.authorized_keys(("alice",)) == sorted([*default, *files])


def test_the_keys_in_a_home_that_is_reached_through_a_link_are_found_at_their_place(
    load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "data/alice").mkdir(parents=True)
    (tmp_path / "home").symlink_to(tmp_path / "data")
    keys = load("keys")
    entry = pwd.struct_passwd(("alice", "x", 1001, 1001, "", f"{tmp_path}/home/alice", "/bin/sh"))
    monkeypatch.setattr(keys, "local_accounts", lambda: iter([entry]))
    monkeypatch.setattr(keys, "settings", lambda: iter(()))
    assert keys.authorized_keys(["alice"])[0] == f"{tmp_path}/data/alice/.ssh/authorized_keys"
