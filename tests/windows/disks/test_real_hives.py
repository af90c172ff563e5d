# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry hives of real Windows, which others publish: our reader says of them what a second reader says.

The folder that WINDOWS_HIVES names holds hives and their logs (NAME.LOG1, NAME.log1), and may hold disk images (*.raw).
Nothing of it is part of the project.
"""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.hives import Hive, Key
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.inspect import inspect
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.logs import DamagedHive, is_dirty, replay
from dissect.regf import regf

from tests.support.windows import second_reader
from tests.support.windows.disks import opened

FILES = sorted(Path(os.environ["WINDOWS_HIVES"]).iterdir())
HIVES = [path for path in FILES if path.is_file() and path.open("rb").read(4) == b"regf" and ".log" not in path.name.lower()]
DISKS = [path for path in FILES if path.suffix == ".raw"]
MOST_KEYS = 1000
DWORD = 4
KINDS = {1: "REG_SZ", DWORD: "REG_DWORD"}


def logs_of(hive: Path) -> list[bytes]:
    """The logs of a hive."""
    return [path.read_bytes() for path in FILES if path != hive and path.stem.lower() == hive.name.lower()]


def ours(key: Key) -> Any:
    """The subkeys of a key, its time, and its values of the usual types."""
    values = sorted((name.lower(), kind, str(data)) for name, kind, data in key.values() if kind in KINDS.values())
    return {"values": values, "written": key.written, "keys": {each.name.lower(): each for each in key.subkeys()}}


def theirs(key: Any) -> Any:
    """The same, as the second reader sees it. It guesses the coding of texts, so that only the bytes are its."""
    values = sorted((value.name.lower(), KINDS[value.type], _plain(value)) for value in key.values() if value.type in KINDS)
    return {"values": values, "written": key.timestamp, "keys": {each.name.lower(): each for each in key.subkeys()}}


def _plain(value: Any) -> str:
    return str(value.value) if value.type == DWORD else str(value.data.decode("utf-16-le", errors="replace").partition("\0")[0])


def compare(first: Key, second: Any) -> int:
    """Compare keys with all that is below them, up to a number of keys; how many were compared. Keys that are damaged are left out."""
    waiting, compared = [(first, second)], 0
    while waiting and compared < MOST_KEYS:
        left, right = waiting.pop(0)
        try:
            other = theirs(right)
        except (NotImplementedError, EOFError, struct.error, regf.Error):
            continue
        mine = ours(left)
        assert sorted(mine["keys"]) == sorted(other["keys"])
        assert mine["values"] == other["values"]
        assert mine["written"] is not None
        assert abs((mine["written"] - other["written"]).total_seconds()) < 0.001
        waiting += [(key, other["keys"][name]) for name, key in mine["keys"].items()]
        compared += 1
    return compared


@pytest.mark.parametrize("path", HIVES, ids=lambda path: path.name)
def test_a_real_hive_is_read_as_the_second_reader_reads_it(path: Path) -> None:
    content = path.read_bytes()
    if not is_dirty(content):
        assert compare(Hive(content).root, second_reader.hive(io.BytesIO(content)).root()) > 1
        return
    if not logs_of(path):
        with pytest.raises(DamagedHive, match="not written it completely"):
            Hive(content)
        return
    hive = Hive(content, logs_of(path))
    assert hive.replayed
    assert compare(hive.root, second_reader.hive(io.BytesIO(replay(content, logs_of(path)))).root()) > 1


@pytest.mark.parametrize("path", DISKS, ids=lambda path: path.name)
def test_a_real_disk_is_read_as_the_second_reader_reads_it(path: Path) -> None:
    found = inspect(opened(path))
    assert {name: getattr(found, name) for name in second_reader.readings(path)} == second_reader.readings(path)
