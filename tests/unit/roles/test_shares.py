# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network shares that the seal takes out of sight before it searches."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest

Load = Callable[[str], ModuleType]


def test_shares_are_detached_unless_they_are_in_the_way_of_a_target(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    room, mount = load("shares"), load("mounts").Mount
    places = ("/mnt/nfs", "/home/alice/share", "/home/kept/share", "/var", "/data")
    table = [mount("0:9", "/", "/", "ext4", "/dev/sda1")]
    table += [mount("0:9", "/", place, "ext4" if place == "/data" else "nfs4", "server:/export") for place in places]
    monkeypatch.setattr(room, "mounts", lambda: table)
    monkeypatch.setattr(room, "storage", lambda mount, table: "the OS disk" if mount.kind == "ext4" else room.NETWORK)
    found = [SimpleNamespace(path=path) for path in ("/home/alice", "/home/kept", "/var/tmp")]
    monkeypatch.setattr(room, "targets", lambda machine: found)
    machine = SimpleNamespace(keep_folders=("/home/kept/share",))
    assert [mount.place for mount in room.detachable(machine)] == ["/mnt/nfs", "/home/kept/share"]


def test_shares_are_detached_after_everything_has_stopped_and_before_anything_is_removed(load: Load) -> None:
    names = [step.__name__ for step in load("finalizer").STEPS]
    assert names.index("stop_everything_else") + 1 == names.index("detach_shares")
