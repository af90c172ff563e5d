# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes registry hives. The system's Python runs this as a program, because hivex is a Debian package and not on PyPI.

It reads from its input {path of a hive: {path of a key: {"written": FILETIME or null, "values": [[name, type, data in base64]]}}}.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
from pathlib import Path
from typing import Any

BASE, BIN = 4096, 4096
NONE = 0xFFFFFFFF


def empty_hive() -> bytes:
    """A hive with nothing but its root key and the security descriptor that all keys share."""
    root, security = 32, 32 + 96
    descriptor = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)
    key = struct.pack(
        "<i2sHQIIIIIIIIIIIIIIIHH4s", -96, b"nk", 0x2C, 0, 0, NONE, 0, 0, NONE, NONE, 0, NONE, security, NONE, 0, 0, 0, 0, 0, 4, 0, b"ROOT"
    )
    shared = struct.pack("<i2sHIIII", -48, b"sk", 0, security, security, 1, len(descriptor)) + descriptor
    cells = key.ljust(96, b"\0") + shared.ljust(48, b"\0")
    free = BIN - 32 - len(cells)
    hive_bin = struct.pack("<4sIIQQI", b"hbin", 0, BIN, 0, 0, 0) + cells + struct.pack("<i", free).ljust(free, b"\0")
    words = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 5, 0, 1, root, BIN, 1).ljust(508, b"\0")
    checksum = 0
    for word in struct.unpack("<127I", words):
        checksum ^= word
    return (words + struct.pack("<I", checksum)).ljust(BASE, b"\0") + hive_bin


def write(path: Path, keys: dict[str, Any]) -> None:
    """Write a hive with these keys."""
    import hivex

    path.write_bytes(empty_hive())
    hive = hivex.Hivex(str(path), write=True)
    times = {}
    for name, key in keys.items():
        node = hive.root()
        for part in filter(None, name.split("\\")):
            node = hive.node_get_child(node, part) or hive.node_add_child(node, part)
        values = [{"key": each, "t": kind, "value": base64.b64decode(data)} for each, kind, data in key["values"]]
        hive.node_set_values(node, values)
        if key["written"] is not None:
            times[node] = key["written"]
    hive.commit(None)
    with path.open("r+b") as file:
        for node, written in times.items():
            # A node is the place of its cell: a size, a signature and flags come before the time.
            file.seek(node + 8)
            file.write(struct.pack("<Q", written))


if __name__ == "__main__":
    for place, wanted in json.load(sys.stdin).items():
        write(Path(place), wanted)
