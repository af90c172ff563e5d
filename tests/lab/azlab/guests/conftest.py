"""Fixtures for the tests of guests, in which no machine boots."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azlab.guests.real import Guests
from azlab.guests.spec import Home, home_of
from azlab.settings import Settings

from tests.support.guest_specs import SPEC, FolderBlobs


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
