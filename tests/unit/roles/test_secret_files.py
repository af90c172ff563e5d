# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets that go with a word to the owner of the machine, and those that stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

Load = Callable[[str], ModuleType]
MACHINE = SimpleNamespace(extra=())


def test_a_lost_registration_is_reported(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room, row = load("secret_files"), load("removed_files").Row
    (tmp_path / "client.pem").touch()
    monkeypatch.setattr(room, "connections_with_secrets", lambda: [])
    pattern = f"{tmp_path}/*.pem"
    monkeypatch.setattr(room, "ROWS", (row("the key", "joining", (pattern,), by_hand=True), row("a cache", "a program", (pattern,))))
    assert [
        (finding.verdict, str(tmp_path) in finding.what, "joining" in finding.what) for finding in room.lost_registrations(MACHINE)
    ] == [("warn", True, True)]


def test_private_keys_that_stay_are_named(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room = load("secret_files")
    monkeypatch.setattr(load("cloud_init"), "configuration", lambda: {"merged": {}, "files": {}})
    (tmp_path / "site").mkdir()
    (tmp_path / "site/site.key").write_text("-----BEGIN RSA PRIVATE KEY-----\n")
    (tmp_path / "site/chain.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "store.p12").write_bytes(b"\0")
    (tmp_path / "link.key").symlink_to(tmp_path / "site/site.key")
    monkeypatch.setattr(room, "KEY_FOLDERS", (str(tmp_path), str(tmp_path / "none")))
    assert [finding.what.split()[0] for finding in room.shared_keys(MACHINE)] == [f"{tmp_path}/store.p12", f"{tmp_path}/site/site.key"]
    assert list(room.shared_keys(SimpleNamespace(extra=(f"{tmp_path}/*",)))) == []


def test_only_places_that_exist_are_named_as_not_looked_at(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room = load("secret_files")
    (tmp_path / "volumes/a").mkdir(parents=True)
    monkeypatch.setattr(room, "UNSEEN", (room.Place("volumes", (f"{tmp_path}/volumes/*",)), room.Place("others", (f"{tmp_path}/none/*",))))
    assert [(finding.verdict, finding.what) for finding in room.unseen_places(MACHINE)] == [
        ("unproven", f"{tmp_path}/volumes/a is not looked at: volumes")
    ]
