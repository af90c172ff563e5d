# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the report about volumes and partitions: thin pools, snapshots, and everything that is neither wiped nor searched."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
GIB = 1 << 30
NUMBERS = {"8:0": "sda", "8:1": "sda1", "8:2": "sda2", "8:3": "sda3", "8:4": "sda4", "8:16": "sdb", "253:0": "dm-0", "253:1": "dm-1"}


class Kernel:
    """A folder like /sys, with disks, partitions and volumes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("block", "class/block", "dev/block", "devices"):
            (folder / name).mkdir(parents=True)

    def add(self, number: str, size: int, disk: str = "", uuid: str = "") -> Path:
        """Add a disk, a partition of a disk, or (with an id) a volume."""
        name = NUMBERS[number]
        device = self.folder / "devices" / disk / name
        (device / "holders").mkdir(parents=True)
        (device / "slaves").mkdir()
        (device / "dev").write_text(f"{number}\n")
        (device / "size").write_text(f"{size // 512}\n")
        if disk:
            (device / "partition").write_text("1\n")
        if uuid:
            (device / "dm").mkdir()
            (device / "dm/uuid").write_text(f"{uuid}\n")
            (device / "dm/name").write_text(f"name-of-{name}\n")
        if not disk:
            (device / "queue").mkdir()
            (device / "queue/discard_max_bytes").write_text("2147450880\n")
            (self.folder / "block" / name).symlink_to(device)
        (self.folder / "class/block" / name).symlink_to(device)
        (self.folder / "dev/block" / number).symlink_to(device)
        return device


def hold(above: Path, below: Path) -> None:
    """Build one device on another."""
    (below / "holders" / above.name).symlink_to(above)
    (above / "slaves" / below.name).symlink_to(below)


@pytest.fixture
def kernel(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kernel:
    """A machine with the disk sda, on whose first partition the root lies."""
    room = load("volumes")
    monkeypatch.setattr(room, "SYS", tmp_path / "sys")
    monkeypatch.setattr(room, "TEMPORARY", (f"{tmp_path}/temporary/*",))
    monkeypatch.setattr(room, "disks", lambda number: {"sdb"} if number == "8:16" else {"sda"})
    monkeypatch.setattr(room, "os_mounts", lambda: [("8:1", "/")])
    monkeypatch.setattr(room, "disk_mounts", lambda: [("8:1", "/"), ("8:16", "/data")])
    monkeypatch.setattr(room, "treated_mounts", lambda machine: [("8:1", "/")])
    monkeypatch.setattr(room, "mounts", lambda: [SimpleNamespace(device="8:1", place="/", kind="ext4")])
    monkeypatch.setattr(room, "device_of", lambda mount: mount.device)
    monkeypatch.setattr(room, "swap_areas", lambda: [])
    monkeypatch.setattr(room, "output", lambda *command: "")
    monkeypatch.setattr(room, "properties", lambda name: {})
    made = Kernel(tmp_path / "sys")
    made.add("8:0", 30 * GIB)
    return made


def findings(load: Load, check_id: str, **options: Any) -> list[tuple[str, str]]:
    machine = SimpleNamespace(**{"wipe": True, "os_only": False, **options})
    check = next(check for check in load("volumes").CHECKS if check.id == check_id)
    return [(finding.verdict, finding.what) for finding in check.look(machine)]


@pytest.fixture
def thin_root(load: Load, monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> Callable[[int], None]:
    """Put the root on a thin volume of this size, in a pool of 20 GiB."""

    def make(size: int) -> None:
        pool = kernel.add("253:0", 20 * GIB, uuid="LVM-a-tpool")
        hold(kernel.add("253:1", size, uuid="LVM-a"), pool)
        monkeypatch.setattr(load("volumes"), "treated_mounts", lambda machine: [("253:1", "/")])

    return make


def test_an_overcommitted_thin_pool_blocks(load: Load, kernel: Kernel, thin_root: Callable[[int], None]) -> None:
    thin_root(25 * GIB)
    assert findings(load, "thin_pool") == [("block", "/ lies on the thin pool name-of-dm-0 of 20.0 GiB, whose volumes have 25.0 GiB")]
    assert findings(load, "thin_pool", wipe=False) == []


def test_a_thin_pool_that_holds_its_promises_does_not_block(load: Load, kernel: Kernel, thin_root: Callable[[int], None]) -> None:
    thin_root(15 * GIB)
    assert findings(load, "thin_pool") == []


def test_a_snapshot_of_lvm_blocks(load: Load, monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> None:
    monkeypatch.setattr(load("volumes"), "output", lambda *command: "  vg/before\n" if command[0] == "lvs" else "")
    assert findings(load, "lvm_snapshot") == [("block", "the volume vg/before is a snapshot")]


def test_a_device_that_cannot_be_trimmed_is_reported(load: Load, kernel: Kernel) -> None:
    kernel.add("8:1", 30 * GIB, disk="sda")
    assert findings(load, "discard") == []
    (kernel.folder / "block/sda/queue/discard_max_bytes").write_text("0\n")
    assert findings(load, "discard") == [("warn", "the device under / does not learn which blocks are free")]


def test_unpartitioned_space_is_named(load: Load, kernel: Kernel) -> None:
    kernel.add("8:1", 28 * GIB, disk="sda")
    assert findings(load, "free_extents") == [("unproven", "2.0 GiB of the disk sda belong to no partition")]
    kernel.add("8:2", 2 * GIB - (2 << 20), disk="sda")
    assert findings(load, "free_extents") == []


def test_free_extents_of_a_volume_group_are_named(load: Load, monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> None:
    monkeypatch.setattr(load("volumes"), "output", lambda *command: f"  {3 * GIB}/rootvg\n  0/full\n" if command[0] == "vgs" else "")
    assert findings(load, "free_extents") == [("unproven", "3.0 GiB of the volume group rootvg belong to no volume")]


def test_an_unmounted_partition_is_named_with_its_content(load: Load, monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> None:
    room = load("volumes")
    for number in ("8:1", "8:2", "8:3", "8:4"):
        kernel.add(number, GIB, disk="sda")
    hold(kernel.add("253:0", GIB, uuid="LVM-a"), kernel.folder / "devices/sda/sda4")
    known = {"sda2": {"TYPE": "ext4", "LABEL": "old root"}, "sda3": {"PART_ENTRY_TYPE": room.BIOS_BOOT}}
    monkeypatch.setattr(room, "properties", lambda name: known.get(name, {}))
    assert findings(load, "unmounted_partition") == [
        ("unproven", "/dev/dm-0 (name-of-dm-0) is not mounted"),
        ("unproven", "/dev/sda2 (ext4, old root) is not mounted"),
    ]


def test_a_swap_partition_is_in_use(load: Load, monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> None:
    room = load("volumes")
    kernel.add("8:2", GIB, disk="sda")
    monkeypatch.setattr(room, "device_number", lambda path: "8:2")
    monkeypatch.setattr(room, "swap_areas", lambda: [SimpleNamespace(path="/dev/sda2")])
    assert findings(load, "unmounted_partition") == []


def test_other_disks_of_the_image_are_named(load: Load, kernel: Kernel, tmp_path: Path) -> None:
    kernel.add("8:16", GIB)
    assert findings(load, "other_disks_not_searched", os_only=True) == []
    assert findings(load, "other_disks_not_searched") == [
        ("unproven", "the disk sdb (/data) becomes a part of the image and is not searched"),
    ]
    (tmp_path / "temporary").mkdir()
    os.symlink("/dev/sdb", tmp_path / "temporary/resource")
    assert findings(load, "other_disks_not_searched") == []


def test_a_disk_that_is_searched_in_part_is_named_too(load: Load, monkeypatch: pytest.MonkeyPatch, kernel: Kernel) -> None:
    kernel.add("8:16", GIB)
    monkeypatch.setattr(load("volumes"), "treated_mounts", lambda machine: [("8:1", "/"), ("8:16", "/data")])
    ((verdict, what),) = findings(load, "other_disks_not_searched")
    assert what == (
        "the disk sdb (/data) becomes a part of the image and is not searched beyond the file systems from which something is removed"
    )
