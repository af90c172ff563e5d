# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks in this process, against a running lab: a module's result, what it wrote, and the bytes that it left."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk import calls
from azlab import faults
from azlab.cli.disk import keys_of
from azlab.client import environment
from azlab.storage.blobs import BlobStore
from azlab.store import Store

from demo.traffic import Traffic
from tests.support.playing import Player
from tests.support.running_lab import MIB, RunningLab


class LabTasks:
    """Runs modules signed in to the lab by its own environment."""

    def __init__(self, lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> None:
        self._lab = lab
        self._monkeypatch = monkeypatch
        self.warnings: list[str] = []
        for name, value in environment(lab.settings).items():
            # Reading the system's CAs too takes a fifth of a test's time; commands get the bundle, as users do.
            monkeypatch.setenv(name, str(lab.settings.ca) if value == str(lab.settings.bundle) else value)
        monkeypatch.setattr(calls, "POLL_SECONDS", 0.05)

    def __call__(self, module: ModuleType, check: bool = False, **params: Any) -> dict[str, Any]:
        """One task; it must not fail. Its warnings stay in ``warnings``."""
        player = Player(module, self._monkeypatch)
        result = player(None, check=check, **params)
        self.warnings = player.warnings
        assert not result["failed"], result
        return result

    def fails(self, module: ModuleType, check: bool = False, **params: Any) -> dict[str, Any]:
        """One task that has to fail."""
        result = Player(module, self._monkeypatch)(None, check=check, **params)
        assert result["failed"], result
        return result

    def predict_do_repeat(self, module: ModuleType, **params: Any) -> dict[str, Any]:
        """Check mode writes nothing and foresees the steps of the real run, and a second run has nothing to do."""
        with self.writes() as by_check:
            foreseen = self(module, check=True, **params)
        done = self(module, **params)
        with self.writes() as by_repeat:
            repeated = self(module, **params)
        assert (by_check, by_repeat) == ([], [])
        assert (foreseen["changed"], foreseen["steps"]) == (done["changed"], done["steps"])
        assert cachings(foreseen) == cachings(done)
        assert (done["changed"], repeated["changed"], repeated["steps"]) == (True, False, [])
        return done

    @contextmanager
    def writes(self) -> Iterator[list[str]]:
        """The operations that wrote while the block ran, from the lab's own log."""
        found: list[str] = []
        traffic = traffic_of(self._lab)
        yield found
        found += [entry["op"] for entry in traffic.written("arm")]

    @contextmanager
    def fault(self, **rule: Any) -> Iterator[None]:
        """A fault of the lab for as long as the block lasts."""
        path = faults_of(self._lab)
        name = faults.add(path, **rule)
        try:
            yield
        finally:
            faults.remove(path, name)


def cachings(result: dict[str, Any]) -> dict[str, list[Any]]:
    """How the disks of the image and the VM that a task returned are cached."""
    found = {noun: result[noun] for noun in ("image", "vm") if result.get(noun)}
    return {noun: [disk["caching"] for disk in (each["os_disk"], *each["data_disks"])] for noun, each in found.items()}


def faults_of(lab: RunningLab) -> Path:
    """The lab's faults file."""
    return Path(lab.settings.state) / "faults.json"


def traffic_of(lab: RunningLab) -> Traffic:
    """The requests that the lab gets from now on."""
    return Traffic(Path(lab.settings.state))


def make_disk(path: Path, size: int = 32 * MIB, offsets: tuple[int, ...] = (0, 5 * MIB + 512, 20 * MIB)) -> Path:
    """A sparse raw disk with random data at some places."""
    with open(path, "wb") as file:
        file.truncate(size)
        for offset in offsets:
            file.seek(offset)
            file.write(os.urandom(300_000))
    return path


def keys(lab: RunningLab, resource_id: str) -> dict[str, str]:
    """The page blobs of a disk, a snapshot or an image: `os`, or the LUN."""
    resource = Store(Path(lab.settings.state) / "arm.sqlite", read_only=True).find(resource_id)
    assert resource is not None, resource_id
    return keys_of(resource)


def holds(lab: RunningLab, resource_id: str, disk: Path, lun: str = "os") -> bool:
    """Whether the page blob of a resource equals a raw disk, byte for byte, and ends in a footer."""
    blobs, key = BlobStore(lab.settings), keys(lab, resource_id)[lun]
    copy = disk.with_name(f"{disk.name}.downloaded")
    blobs.download(key, copy)
    equal = filecmp.cmp(copy, disk, shallow=False)
    copy.unlink()
    return equal and blobs.read(key, disk.stat().st_size, 512)[:8] == b"conectix"
