# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of this machine leave /etc/hosts; other machines stay."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.0.0.0
        /24 link UNICAST
     |-- 10.0.0.4
        /32 host LOCAL
     |-- 10.0.0.255
        /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL
"""


@pytest.mark.parametrize(("line", "left"), [
    ("127.0.0.1 localhost", "127.0.0.1 localhost"),
    ("127.0.1.1 db.internal db", None),
    ("127.0.1.1 db localhost # this machine", "127.0.1.1 localhost"),
    ("10.0.0.4\tDB.corp.example DB", None),
    ("::1 db ip6-localhost", "::1 ip6-localhost"),
    ("fe80::1%eth0 db", "fe80::1%eth0 db"),
    ("10.0.0.9 db.internal", "10.0.0.9 db.internal"),
    ("10.0.0.9 git.corp.example db # the old one", "10.0.0.9 git.corp.example db # the old one"),
    ("127.0.0.1 db2", "127.0.0.1 db2"),
    ("# 127.0.1.1 db", "# 127.0.1.1 db"),
    ("", ""),
])  # fmt: skip
def test_only_own_names_on_own_addresses_go(load: Load, line: str, left: str | None) -> None:
    assert load("hosts").without_own_names(line, ("db",), frozenset({"10.0.0.4", "127.0.0.1"})) == left


def test_the_addresses_of_the_machine_are_read(load: Load) -> None:
    hosts = load("hosts")
    assert list(hosts.ipv4_addresses(TRIE)) == ["10.0.0.4", "127.0.0.1"]
    assert list(hosts.ipv6_addresses("fe800000000000000000000000000001 02 40 20 80 eth0\n")) == ["fe80::1"]
