# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which root file systems the finalizer accepts; with root's rights and btrfs-progs, a real btrfs on a loop device is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
EXT4 = "27 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"
OVERLAY = "27 1 0:40 / / rw,relatime - overlay overlay rw"
FOLDER = "27 1 8:1 /srv/guest / rw,relatime - ext4 /dev/sda1 rw"
BTRFS = "27 1 0:30 /@ / rw,relatime shared:1 - btrfs /dev/sda2 rw"
HOME = "28 27 0:30 /@home /home rw,relatime shared:2 - btrfs /dev/sda2 rw"


@pytest.fixture
def tell(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[str]]:
    """Ask a check by its id about a machine with these mounts, on which all devices but 0:* are on the disk sda."""
    mounts, room = load("mounts"), load("root_file_system")

    def ask(check_id: str, *lines: str, listing: str = "", version: str = "btrfs-progs v6.2") -> list[str]:
        monkeypatch.setattr(mounts, "read", lambda path: "\n".join(lines))
        monkeypatch.setattr(mounts, "is_subvolume", lambda mount: mount.kind == "btrfs")
        monkeypatch.setattr(room, "device_of", lambda mount: "8:2" if mount.kind == "btrfs" else mount.device)
        monkeypatch.setattr(room, "disks", lambda number: set() if number.startswith("0:") else {"sda"})
        monkeypatch.setattr(room, "BTRFS", tmp_path)
        monkeypatch.setattr(room, "output", lambda *command: version if "--version" in command else listing)
        check = next(check for check in room.CHECKS if check.id == check_id)
        return [finding.what for finding in check.look(None) if finding.verdict == "block"]

    return ask


@pytest.mark.parametrize(("line", "found"), [
    (EXT4, []),
    (BTRFS, []),
    (OVERLAY, ["the root file system (overlay of overlay) is not a file system of its own on a disk"]),
    (FOLDER, ["the root file system (ext4 of /dev/sda1) is not a file system of its own on a disk"]),
], ids=["ext4", "btrfs", "overlay", "folder"])  # fmt: skip
def test_a_root_without_a_disk_blocks(tell: Callable[..., list[str]], line: str, found: list[str]) -> None:
    assert tell("root_file_system", line) == found


def test_a_btrfs_on_two_disks_blocks(tell: Callable[..., list[str]], tmp_path: Path) -> None:
    for name in ("sda2", "sdb"):
        (tmp_path / "a-uuid/devices" / name).mkdir(parents=True)
    assert tell("root_file_system", BTRFS) == ["a btrfs lies on several devices: sda2, sdb"]


def test_a_snapshot_blocks_with_its_name(tell: Callable[..., list[str]]) -> None:
    listing = (
        "ID 256 gen 9 top level 5 path @\nID 257 gen 9 top level 5 path @home\nID 258 gen 9 top level 5 path .snapshots/1 a/snapshot\n"
    )
    assert tell("btrfs_snapshots", BTRFS, HOME, listing=listing) == [
        "/dev/sda2 (btrfs, mounted on /) has subvolumes that are not mounted: /.snapshots/1 a/snapshot"
    ]


def test_subvolumes_that_are_all_mounted_do_not_block(tell: Callable[..., list[str]]) -> None:
    listing = "ID 256 gen 9 top level 5 path @\nID 257 gen 9 top level 5 path @home\nID 258 gen 9 top level 256 path @/var/tmp\n"
    assert tell("btrfs_snapshots", BTRFS, HOME, listing=listing) == []


def test_a_btrfs_whose_subvolumes_cannot_be_listed_blocks(tell: Callable[..., list[str]]) -> None:
    found = tell("btrfs_snapshots", BTRFS, version="")
    assert found == ["the subvolumes of /dev/sda2 (btrfs, mounted on /) cannot be listed: the command btrfs is missing"]


@pytest.fixture
def btrfs(tmp_path: Path) -> Iterator[Path]:
    """A real btrfs, mounted from a file."""
    if os.geteuid() or not shutil.which("mkfs.btrfs") or "btrfs" not in Path("/proc/filesystems").read_text():
        pytest.skip("mounting a btrfs needs root, btrfs-progs and a kernel that has it")
    image, place = tmp_path / "disk", tmp_path / "place"
    with image.open("wb") as file:
        file.truncate(128 << 20)
    place.mkdir()
    subprocess.run(["mkfs.btrfs", "-q", str(image)], check=True, capture_output=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_real_btrfs_is_on_a_disk_and_its_snapshot_is_found(load: Load, btrfs: Path) -> None:
    mounts, room = load("mounts"), load("root_file_system")
    device = next(device for device, place in mounts.disk_mounts() if place == str(btrfs))
    (btrfs / "file").touch()
    assert mounts.disks(device) == mounts.disks(mounts.device_number_below(str(btrfs / "file"))) != set()
    mine = [mount for mount in mounts.mounts() if mount.place == str(btrfs)]
    subprocess.run(["btrfs", "subvolume", "create", str(btrfs / "empty")], check=True, capture_output=True)
    assert list(room.hidden_in(mine)) == []
    subprocess.run(["btrfs", "subvolume", "snapshot", str(btrfs), str(btrfs / "before")], check=True, capture_output=True)
    assert [finding.what for finding in room.hidden_in(mine)] == [
        f"{mine[0].source} (btrfs, mounted on {btrfs}) has subvolumes that are not mounted: /before"
    ]
