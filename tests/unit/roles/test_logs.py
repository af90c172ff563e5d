# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log files: which are emptied, which go, and which links lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


@pytest.mark.parametrize(("name", "unlinked"), [
    ("syslog", False), ("app.log", False), ("wtmp", False), ("postgresql-15-main.log", False), ("sa15", False),
    ("syslog.1", True), ("syslog.2.gz", True), ("cron-20261127", True), ("cron-20261127.xz", True),
    ("app.log.old", True), ("boot.log~", True),
    ("0123-mark.log", True), ("alice.log", False),
])  # fmt: skip
def test_old_copies_and_logs_that_bear_a_mark_go(load: Load, name: str, unlinked: bool) -> None:
    assert load("logs").is_unlinked(f"/var/log/{name}", ("0123-mark", "a/b")) is unlinked


def test_links_and_spared_folders_do_not_count_as_log_files(load: Load, tmp_path: Path) -> None:
    for name in ("a/app.log", "b/app.log"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    (tmp_path / "a/wtmp").symlink_to("/etc/hostname")
    (tmp_path / "c").symlink_to(tmp_path / "b")
    assert list(load("logs").log_files(str(tmp_path), frozenset({str(tmp_path / "b")}))) == [str(tmp_path / "a/app.log")]


def test_links_to_logs_elsewhere_are_found(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "log", tmp_path / "app"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "syslog").touch()
    for name, target in {"app": elsewhere, "README": "/usr/lib/os-release", "none": "/dev/null", "own": folder / "syslog"}.items():
        (folder / name).symlink_to(target)
    logs = load("logs")
    monkeypatch.setattr(logs, "LOG_FOLDER", str(folder))
    assert list(logs.log_links()) == [(str(folder / "app"), str(elsewhere))]
