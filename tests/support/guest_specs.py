# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The specification of a guest for tests, and a blob store for its disks."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from azlab.guests.spec import GuestSpec

SPEC = GuestSpec(
    vm_id="3f0c6f2e-6c1b-4f3e-9a55-0d1c2b3a4f55",
    name="web",
    resource_id="/subscriptions/5ab/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web",
    resource_group="rg",
    location="westeurope",
    size="Standard_B2s",
    generation="V2",
    os_disk="d-os",
    data_disks=((0, "d-zero"), (5, "d-five")),
    mac="00:0d:3a:11:22:33",
    private_ip="10.1.0.4",
    subnet="10.1.0.0/16",
    os_profile={
        "computerName": "web-host",
        "adminUsername": "alice",
        "adminPassword": "P&ss<w>rd-1",
        "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB2XZCazyKH6lfizcqjUfrGR7tEzhqPRdJdEfupQ6V8X alice@home"],
        "disablePasswordAuthentication": False,
        "customData": "I2Nsb3VkLWNvbmZpZwo=",
    },
    tags={"goldenimage.vm_id": "x", "team": "images"},
    provision=True,
)


def machine(**changes: Any) -> GuestSpec:
    """The machine of these tests with some fields changed."""
    return replace(SPEC, **changes)


@dataclass
class FolderBlobs:
    """A blob store whose disks are sparse files, and which can be made unavailable."""

    folder: Path
    away: int = 0
    written: list[str] = field(default_factory=list)

    def download(self, key: str, path: Path) -> None:
        self._copy(self.folder / key, path)

    def write_back(self, path: Path, key: str) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionError("the blob store is away")
        self._copy(path, self.folder / key)
        self.written.append(key)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        subprocess.run(["cp", "--sparse=always", source, target], check=True)
