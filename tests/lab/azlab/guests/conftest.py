"""Fixtures for the tests of guests, in which no machine boots."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from azlab.guests.real import Guests
from azlab.guests.spec import GuestSpec, Home, home_of
from azlab.settings import Settings

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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.create(tmp_path / "azlab")


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    (tmp_path / "blobs").mkdir()
    return FolderBlobs(tmp_path / "blobs")


@pytest.fixture
def home(settings: Settings) -> Home:
    """The home of a machine that was started once, with nothing running."""
    home = home_of(settings.state, SPEC.vm_id)
    home.save(SPEC)
    return home


@pytest.fixture
def running(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is taken for the machine's own until it is killed."""
    process = pretend(home, "warden")
    yield process
    process.kill()
    process.wait()


def pretend(home: Home, name: str) -> subprocess.Popen[bytes]:
    """Start a process with this machine's id on its command line, and wait until the kernel shows that."""
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()", home.vm_id])
    (home.path / f"{name}.pid").write_text(str(process.pid))
    while home.pid(name) is None:
        time.sleep(0.01)
    return process


@pytest.fixture
def guests(settings: Settings, blobs: FolderBlobs) -> Callable[..., Guests]:
    """Creates the lab's `Guests`, as a lab that starts again does; `ended` collects the vmIds of guests that ended."""

    def make(ended: list[str] | None = None, **more: Any) -> Guests:
        return Guests(settings, blobs, (ended if ended is not None else []).append, **more)

    return make


def machine(**changes: Any) -> GuestSpec:
    """The machine of these tests with some fields changed."""
    return replace(SPEC, **changes)
