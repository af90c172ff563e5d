# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of what is to be removed, and the list of it in the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def ask(load: Load, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[str, str]]]:
    """The findings of one check about a machine with these options, as verdict and sentence."""
    room = load("obstacles")

    def answer(check_id: str, **options: Any) -> list[tuple[str, str]]:
        given = {"extra": (), "keep_folders": (), "keep": frozenset(), "users": (), "waived": frozenset(), **options}
        check = next(check for check in room.CHECKS if check.id == check_id)
        return [(finding.verdict, finding.what) for finding in check.look(SimpleNamespace(**given))]

    return answer


@pytest.mark.parametrize(
    "pattern", ["/", "/etc", "/et[c]", "/home", "/usr/", "/var/lib", "/root", "/*", "/etc/*", "/proc/self", "/srv/../etc"]
)
def test_a_dangerous_path_to_remove_blocks(ask: Callable[..., list[tuple[str, str]]], pattern: str) -> None:
    assert {verdict for verdict, _what in ask("listed_path", extra=(pattern,))} == {"block"}


def test_usable_paths_are_accepted_and_one_that_matches_nothing_warns(ask: Callable[..., list[tuple[str, str]]], tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    assert ask("listed_path", extra=(f"{tmp_path}/*", f"{tmp_path}/app/"), keep_folders=(f"{tmp_path}/app", "/home")) == []
    assert ask("listed_path", extra=(f"{tmp_path}/gone*",)) == [("warn", f"{tmp_path}/gone*, listed under remove, matches nothing")]


@pytest.mark.parametrize(("folder", "reason"), [
    ("gone", "is not a folder"), ("link", "is a link"), ("/", "identifies"), ("/etc", "identifies"), ("/root", "identifies"),
])  # fmt: skip
def test_a_folder_that_cannot_be_kept_blocks(ask: Callable[..., list[tuple[str, str]]], tmp_path: Path, folder: str, reason: str) -> None:
    (tmp_path / "link").symlink_to("/opt")
    ((verdict, what),) = ask("listed_path", keep_folders=(str(tmp_path / folder),))
    assert verdict == "block"
    assert reason in what


def test_a_folder_that_the_agent_empties_cannot_be_kept(
    ask: Callable[..., list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, load: Load, tmp_path: Path
) -> None:
    monkeypatch.setattr(load("obstacles"), "EMPTIED_BY_OTHERS", (str(tmp_path),))
    (tmp_path / "state").mkdir()
    assert ask("listed_path", keep_folders=(f"{tmp_path}/state",)) == [
        ("block", f"{tmp_path}/state, listed under keep, is emptied by the agent or by cloud-init")
    ]


def test_an_account_to_keep_that_does_not_exist_blocks(ask: Callable[..., list[tuple[str, str]]]) -> None:
    assert ask("kept_account", keep=frozenset({"root", "alcie"})) == [("block", "there is no account alcie to keep")]


def test_a_link_to_logs_elsewhere_warns_unless_they_are_listed(
    ask: Callable[..., list[tuple[str, str]]], load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "app.log").touch()
    monkeypatch.setattr(load("obstacles"), "log_links", lambda: [("/var/log/app", str(tmp_path))])
    assert ask("log_links") == [("warn", f"/var/log/app leads to {tmp_path}, which is left as it is")]
    assert ask("log_links", extra=(str(tmp_path),)) == ask("log_links", keep_folders=(str(tmp_path),)) == []


@pytest.mark.parametrize(("options", "found"), [
    ({}, [("block", "FOLDER/shop, the home of shop, lies outside /home")]),
    ({"extra": ("shop",)}, []),
    ({"extra": ("sh*",)}, []),
    ({"extra": ("shop/*",)}, [("block", "FOLDER/shop, the home of shop, lies outside /home")]),
    ({"keep_folders": ("shop",)}, []),
], ids=["not decided", "listed", "by pattern", "only a part", "kept"])  # fmt: skip
def test_a_home_that_holds_more_blocks_until_it_is_listed_or_kept(
    ask: Callable[..., list[tuple[str, str]]],
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: dict[str, Any],
    found: Any,
) -> None:
    room, home = load("obstacles"), load("homes").Home(str(tmp_path / "shop"), ("shop",), frozenset({1001}))
    for name in ("shop/file", "shop/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    objection = load("homes").Objection("home_outside_home", f"{home.path}, the home of shop, lies outside /home")
    monkeypatch.setattr(room, "homes_to_decide", lambda users: [home])
    monkeypatch.setattr(room, "objections", lambda home, accounts: [objection])
    given = {name: tuple(f"{tmp_path}/{path}" for path in value) for name, value in options.items()}
    assert [(verdict, what.replace(str(tmp_path), "FOLDER")) for verdict, what in ask("home_outside_home", **given)] == found
    assert ask("home_shared", **given) == []


def test_the_report_lists_what_will_be_removed(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room, target = load("obstacles"), load("targets").Target
    for name in ("alice/.profile", "shop/file", "tmp/file", "empty/", "file", "edited"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).touch()
    actions = {"alice": "to be removed", "shop": "to be removed", "file": "to be removed", "tmp": "to be emptied", "empty": "to be emptied"}
    monkeypatch.setattr(room, "removable", lambda machine: [target(f"{tmp_path}/{name}", action) for name, action in actions.items()])
    subject = SimpleNamespace(
        users=("alice", "shop"), own_homes=(f"{tmp_path}/alice",), homes=("/root", f"{tmp_path}/alice", f"{tmp_path}/shop")
    )
    assert room.summary(subject) == {
        "accounts": ["alice", "shop"], "homes": [f"{tmp_path}/alice", f"{tmp_path}/shop"], "folders": [f"{tmp_path}/tmp"],
    }  # fmt: skip


def test_a_waived_obstacle_does_not_stop_the_removal_and_a_new_one_does(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    room, obstacle = load("obstacles"), load("targets").Obstacle
    monkeypatch.setattr(room, "targets", lambda machine: ["a"])
    monkeypatch.setattr(room, "obstacles", lambda target, machine, table: [obstacle("mounts", "x is mounted"), obstacle("other_disk", "y")])
    assert room.blocking(SimpleNamespace(waived=frozenset({"mounts"}))) == ["other_disk: y"]
