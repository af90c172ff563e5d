# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another reader of the same disks, by other people: dissect. It finds the volumes by sfdisk."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from dissect.ntfs import NTFS
from dissect.regf import regf

SFDISK = "/usr/sbin/sfdisk"


def readings(path: Path) -> dict[str, Any]:
    """The readings of dissect from the first volume with Windows on a disk whose hives are complete."""
    volume = next(_windows(path))
    software, system = (_hive(volume, name) for name in ("SOFTWARE", "SYSTEM"))
    state, setup = software.open("Microsoft\\Windows\\CurrentVersion\\Setup\\State"), system.open("Setup")
    current = f"ControlSet{system.open('Select').value('Current').value:03}"
    return {
        "image_state": state.value("ImageState").value,
        "generalized_at": state.timestamp,
        "state_ini": _content(volume, "Windows\\Setup\\State\\State.ini").decode().partition("ImageState=")[2].strip(),
        "tag": has(volume, "Windows\\System32\\Sysprep\\Sysprep_succeeded.tag"),
        "setup_type": setup.value("SetupType").value,
        "cmd_line": setup.value("CmdLine").value,
        "computer_name": system.open(f"{current}\\Control\\ComputerName\\ComputerName").value("ComputerName").value,
        "start_types": {
            name: system.open(f"{current}\\Services\\{name}").value("Start").value for name in ("vmbus", "storvsc", "stornvme")
        },
    }


def _windows(path: Path) -> Iterator[NTFS]:
    """The volumes with Windows."""
    table = json.loads(subprocess.run([SFDISK, "--json", str(path)], check=True, capture_output=True).stdout)["partitiontable"]
    content = path.read_bytes()
    for part in table["partitions"]:
        start = part["start"] * 512
        if content[start + 3 : start + 11] == b"NTFS    ":
            volume = NTFS(io.BytesIO(content[start : start + part["size"] * 512]))
            if has(volume, "Windows\\System32\\config\\SOFTWARE"):
                yield volume


def _hive(volume: NTFS, name: str) -> Any:
    return hive(io.BytesIO(_content(volume, f"Windows\\System32\\config\\{name}")))


def hive(file: BinaryIO) -> Any:
    """A hive, whose keys are below its root."""
    return regf.RegistryHive(file)


def _content(volume: NTFS, path: str) -> bytes:
    found: bytes = volume.mft.get(path).open().read()
    return found


def has(volume: NTFS, path: str) -> bool:
    """Whether a file exists."""
    try:
        volume.mft.get(path)
    except Exception:
        return False
    return True
