# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks of Windows machines in different states, and hives that Windows had not written completely."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.logs import marvin32

from tests.support.windows.render import STATE_KEY

SEALED, COMPLETE, FAILED = "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_COMPLETE", "IMAGE_STATE_UNDEPLOYABLE"
STATE_INI = "C:\\Windows\\Setup\\State\\State.ini"
TAG = "C:\\Windows\\System32\\Sysprep\\Sysprep_succeeded.tag"
PAGE = 4096


@dataclass(frozen=True)
class DiskFile:
    """The bytes of a disk file."""

    content: bytes

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)

    def read(self, start: int, length: int) -> bytes:
        """The bytes at a place."""
        assert 0 <= start <= start + length <= len(self.content)
        return self.content[start : start + length]


def opened(path: Path) -> DiskFile:
    """The bytes of a file."""
    return DiskFile(path.read_bytes())


def machine(state: str, state_ini: str | None = None, **more: Any) -> dict[str, Any]:
    """A machine with this image state. ``more`` has ``registry`` and ``files`` in addition."""
    sealed = state == SEALED
    services = "HKLM:\\SYSTEM\\CurrentControlSet\\Services"
    return {
        "registry": {
            STATE_KEY: {"ImageState": state},
            "HKLM:\\SYSTEM\\Setup": {"SetupType": 2 if sealed else 0, "CmdLine": "oobe\\windeploy.exe" if sealed else ""},
            "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName": {"ComputerName": "WEB"},
            **{f"{services}\\{name}": {"Start": 0} for name in ("vmbus", "storvsc", "stornvme")},
            **more.get("registry", {}),
        },
        "files": {
            STATE_INI: f"[State]\r\nImageState={state_ini or state}\r\n",
            **({TAG: ""} if sealed else {}),
            **more.get("files", {}),
        },
    }


def unfinished(before: bytes, after: bytes) -> tuple[bytes, bytes]:
    """A hive that Windows was about to change, and the log that completes it, as Windows writes them since 8.1."""
    hive = bytearray(before)
    struct.pack_into("<II", hive, 4, 8, 7)
    _set_checksum(hive)
    places = range(PAGE, len(after), PAGE)
    pages = [(place - PAGE, after[place : place + PAGE]) for place in places if before[place : place + PAGE] != after[place : place + PAGE]]
    return bytes(hive), bytes(hive[:512]) + log_entry(7, len(after) - PAGE, pages) + log_entry(3, len(after) - PAGE, [(0, bytes(PAGE))])


def log_entry(number: int, size: int, pages: list[tuple[int, bytes]]) -> bytes:
    """An entry of a log."""
    places = b"".join(struct.pack("<II", place, len(page)) for place, page in pages)
    data = places + b"".join(page for _, page in pages)
    length = -(-(40 + len(data)) // 512) * 512
    data = data.ljust(length - 40, b"\0")
    head = struct.pack("<4sIIIIIQ", b"HvLE", length, 0, number, size, len(pages), marvin32(data))
    return head + struct.pack("<Q", marvin32(head)) + data


def _set_checksum(hive: bytearray) -> None:
    checksum = 0
    for word in struct.unpack_from("<127I", hive):
        checksum ^= word
    struct.pack_into("<I", hive, 508, checksum)
