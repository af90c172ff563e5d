# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk of a simulated guest: rendered from its registry and files, into a file or into the OS disk of its VM in a lab."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from azlab.client import LabClient

from tests.support.windows.guest import Guest
from tests.support.windows.render import render

VM_VERSION, DISK_VERSION = "2024-07-01", "2024-03-02"


def write(guest: Guest) -> None:
    """Write the disk of a guest where its section ``disk`` says; a guest without that section has none."""
    target: dict[str, str] = guest.data.get("disk", {})
    if "file" in target:
        to_file(guest, Path(target["file"]))
    elif "vm" in target:
        to_lab(guest, Path(target["lab"]), target["vm"])


def to_file(guest: Guest, path: Path) -> Path:
    """Render the disk of a guest as a raw disk. It may be BitLocker's, if ``commands`` says so of drive C."""
    accounts = {user["name"]: int(user["sid"].rpartition("-")[2]) for user in guest.data.get("users", [])}
    volumes = {each["MountPoint"]: each for each in guest.section("commands").get("Get-BitLockerVolume", [])}
    encrypted = volumes.get("C:", {}).get("VolumeStatus", "FullyDecrypted") != "FullyDecrypted"
    return render(_described(guest), path, accounts=accounts, sealed_at=datetime.now(timezone.utc), bitlocker=encrypted)


def _described(guest: Guest) -> dict[str, Any]:
    """The registry and the files of drive C, as they are now."""
    files = {
        f"C:\\{path}": None if content is None else {"base64": base64.b64encode(content).decode()}
        for path, content in guest.drives.contents()
    }
    return {"registry": guest.data.get("registry", {}), "files": files}


def to_lab(guest: Guest, state: Path, vm: str) -> None:
    """Make the OS disk of a VM in a lab equal to the disk of a guest."""
    client = LabClient(state)
    os_disk = client.get(vm, VM_VERSION)["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"]
    with tempfile.TemporaryDirectory() as folder:
        file = to_file(guest, Path(folder) / "disk")
        os.truncate(file, client.get(os_disk, DISK_VERSION)["properties"]["diskSizeBytes"])
        subprocess.run([Path(sys.executable).with_name("azlab"), "--state", state, "disk", "put", os_disk, file], check=True)


class FileBytes:
    """The bytes of a raw disk in a file, as the readers of disks take them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.size = file.stat().st_size

    def read(self, start: int, length: int) -> bytes:
        """The bytes from a place on."""
        with self._file.open("rb") as file:
            file.seek(start)
            return file.read(length)


def count_as_stopped(guest: Guest) -> None:
    """Let the VM of a guest count as stopped by itself: a lab without guests learns that by a request to power off."""
    target: dict[str, str] = guest.data.get("disk", {})
    if "vm" in target:
        LabClient(Path(target["lab"])).request("POST", f"{target['vm']}/powerOff", VM_VERSION)
