# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the finalizer that run without a guest; the molecule scenario linux_generalize runs all of it in one."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

VM_ID = "00112233-4455-6677-8899-aabbccddeeff"


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


@pytest.mark.parametrize("name", ["REMOVED", "EMPTIED", "ACCOUNT_TRACES", "HOME_TRACES"])
def test_a_trace_is_listed_once(load: Callable[[str], ModuleType], name: str) -> None:
    traces = getattr(load("traces"), name)
    assert len(set(traces)) == len(traces)
    assert {trace.startswith("/") for trace in traces} == {name != "HOME_TRACES"}
