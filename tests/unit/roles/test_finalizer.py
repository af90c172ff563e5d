# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the finalizer that run without a guest; the molecule scenario linux_generalize runs all of it in one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

VM_ID = "00112233-4455-6677-8899-aabbccddeeff"


@pytest.mark.parametrize(("line", "left"), [
    ("127.0.0.1 localhost", "127.0.0.1 localhost"),
    ("127.0.1.1 web.internal web", None),
    ("127.0.1.1 web localhost # this machine", "127.0.1.1 localhost"),
    ("10.0.0.9 website", "10.0.0.9 website"),
    ("", ""),
], ids=["other name", "only its names", "its name and another", "longer name", "empty"])  # fmt: skip
def test_the_names_of_the_machine_leave_etc_hosts(load: Callable[[str], ModuleType], line: str, left: str | None) -> None:
    assert load("removal").without_names(line, ("web",)) == left


def test_the_vm_id_is_searched_for_in_every_spelling(load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    machine = load("machine")
    monkeypatch.setattr(machine, "read", lambda path: "uninitialized\n")
    swapped = "33221100-5544-7766-8899-aabbccddeeff"
    assert machine.ids(VM_ID) == {VM_ID, VM_ID.upper(), swapped, swapped.upper()}


@pytest.mark.parametrize(("secret", "locked"), [("*", True), ("!$y$hash", True), ("$y$hash", False), ("", False)])
def test_an_account_without_password_field_is_not_locked(
    load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, secret: str, locked: bool
) -> None:
    accounts = load("accounts")
    monkeypatch.setattr(accounts, "read", lambda path: f"daemon:*:1:::::\nroot:{secret}:20000:0:99999:7:::\n")
    assert accounts.root_is_locked() is locked


@pytest.mark.parametrize("line", [
    b"sshd: user [priv] ", b"sshd: user@notty ", b"sshd-session: user@pts/0 ", b"login -- user ", b"/usr/bin/python3 /tmp/AnsiballZ_x.py ",
])  # fmt: skip
def test_a_session_is_waited_for(load: Callable[[str], ModuleType], line: bytes) -> None:
    assert load("processes").SESSION.search(line)


@pytest.mark.parametrize("line", [b"sshd: /usr/sbin/sshd -D [listener] ", b"sshd: [accepted] ", b"sshd: unknown [priv] ", b"/sbin/agetty "])
def test_a_listener_is_not_waited_for(load: Callable[[str], ModuleType], line: bytes) -> None:
    assert not load("processes").SESSION.search(line)


def test_a_file_keeps_its_mode_when_lines_are_dropped(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    file = tmp_path / "sudoers"
    file.write_text("root ALL\nuser ALL\n")
    file.chmod(0o440)
    load("system").rewrite(str(file), lambda line: None if line.startswith("user") else line)
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("root ALL\n", 0o440)


@pytest.mark.parametrize("name", ["REMOVED", "EMPTIED", "ACCOUNT_TRACES", "HOME_TRACES", "TRUNCATED_LOGS"])
def test_a_trace_is_listed_once(load: Callable[[str], ModuleType], name: str) -> None:
    traces = getattr(load("traces"), name)
    assert len(set(traces)) == len(traces)
    assert {trace.startswith("/") for trace in traces} == {name not in ("HOME_TRACES", "TRUNCATED_LOGS")}
