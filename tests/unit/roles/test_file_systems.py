# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Preconditions of the steps that treat whole file systems: swap, read-only mounts, and what keeps a file system writable."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
SWAPS = "Filename Type Size Used Priority\n"


def findings(load: Load, room: str, machine: Any = None) -> list[tuple[str, str]]:
    """The findings of the last check of a file."""
    check = load(room).CHECKS[-1]
    return [(finding.verdict, finding.what) for finding in check.look(machine)]


@pytest.fixture
def swapping(load: Load, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the machine swap to this file, with so many MiB in use, and so many in file systems in memory; 100 MiB are free."""
    swap = load("swap")
    monkeypatch.setattr(swap, "CONTAINER", "/no/container")

    def use(path: str, used: int = 0, in_memory: int = 0) -> None:
        texts = {
            "/proc/swaps": f"{SWAPS}{path} file 999999 {used << 10} -2\n",
            "/proc/meminfo": "MemAvailable: 102400 kB\n",
        }
        monkeypatch.setattr(swap, "read", lambda name: texts.get(name, ""))
        monkeypatch.setattr(swap, "bytes_in_memory_file_systems", lambda: in_memory << 20)
        monkeypatch.setattr(swap, "is_swap", lambda name: True)
        monkeypatch.setattr(swap, "lies_on_os_disk", lambda name: "temporary" not in name)
        monkeypatch.setattr(swap, "blkid", lambda *arguments: [])

    return use


def test_swap_that_fits_into_memory_does_not_block(load: Load, swapping: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "swapfile").touch()
    swapping(tmp_path / "swapfile", used=5000, in_memory=80)
    assert findings(load, "swap") == []


def test_swap_that_does_not_fit_into_memory_blocks(load: Load, swapping: Callable[..., None]) -> None:
    swapping("/swapfile", used=5000, in_memory=300)
    assert findings(load, "swap") == [
        ("block", "files in memory can need 300 MiB that are swapped out, and only 100 MiB of memory are free"),
    ]


def test_swap_on_another_disk_is_named(load: Load, swapping: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "temporary").touch()
    swapping(tmp_path / "temporary")
    assert findings(load, "swap") == [("unproven", f"the swap area {tmp_path}/temporary lies on another disk and is not overwritten")]


def test_a_deleted_swap_file_blocks(load: Load, swapping: Callable[..., None]) -> None:
    swapping("/swapfile\\040(deleted)")
    assert findings(load, "swap") == [("block", "the swap file /swapfile is in use and deleted")]


def test_a_container_has_no_swap_of_its_own(
    load: Load, monkeypatch: pytest.MonkeyPatch, swapping: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "swapfile").touch()
    swapping(tmp_path / "swapfile")
    assert load("swap").areas_in_use() == [str(tmp_path / "swapfile")]
    monkeypatch.setattr(load("swap"), "CONTAINER", str(tmp_path))
    assert load("swap").areas_in_use() == []


def test_swapping_ends_on_every_disk(load: Load, monkeypatch: pytest.MonkeyPatch, swapping: Callable[..., None], tmp_path: Path) -> None:
    asked = []
    (tmp_path / "temporary").touch()
    swapping(tmp_path / "temporary")
    monkeypatch.setattr(load("swap"), "run", lambda *command: asked.append(command))
    load("swap").wipe_swap(None)
    assert asked == [("swapoff", str(tmp_path / "temporary"))]


def test_the_signature_of_a_swap_area_is_overwritten_last(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    swap, file, done = load("swap"), tmp_path / "swapfile", []
    file.write_bytes(b"x" * (3 << 20))
    overwrite = swap.overwrite

    def watch(opened: Any, start: int, end: int) -> None:
        overwrite(opened, start, end)
        done.append((start, file.read_bytes().strip(b"\0")))

    monkeypatch.setattr(swap, "overwrite", watch)
    monkeypatch.setattr(swap, "run", lambda *command: done.append(command))
    swap.wipe(swap.Area(str(file), "a-uuid", ""))
    assert done == [(swap.HEADER, b"x" * swap.HEADER), (0, b""), ("mkswap", "--uuid", "a-uuid", str(file))]


@pytest.fixture
def two_mounts(load: Load, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A machine with a read-only /usr and two mounts of its root's device."""
    room = load("filesystems")
    mounts = [("8:1", "/"), ("8:1", "/home"), ("8:2", "/usr")]
    monkeypatch.setattr(room, "treated_mounts", lambda machine: mounts)
    monkeypatch.setattr(room, "disk_mounts", lambda: mounts)
    monkeypatch.setattr(room, "is_read_only", lambda place: place == "/usr")
    monkeypatch.setattr(room, "removable", lambda machine: machine.extra)
    monkeypatch.setattr(room, "CHANGED", ())
    return room


def test_a_read_only_file_system_is_named_and_left_out(load: Load, two_mounts: ModuleType) -> None:
    machine = SimpleNamespace(extra=("/etc/passwd",))
    assert findings(load, "filesystems", machine) == [("unproven", "/usr is mounted read-only, so its free space is not overwritten")]
    assert two_mounts.file_systems_to_overwrite(machine) == [("8:1", "/")]


def test_a_read_only_file_system_with_something_to_remove_blocks(load: Load, two_mounts: ModuleType) -> None:
    assert findings(load, "filesystems", SimpleNamespace(extra=("/usr/bin/en[v]",)))[1:] == [
        ("block", "/usr is mounted read-only, and /usr/bin/env must be removed or changed there"),
    ]


@pytest.mark.parametrize(("pool", "filled"), [(None, ["/"]), (("pool", 2, 1), [])])
def test_a_file_system_on_an_overcommitted_pool_is_only_trimmed(
    two_mounts: ModuleType, monkeypatch: pytest.MonkeyPatch, pool: Any, filled: list[str]
) -> None:
    done, trimmed = [], []
    monkeypatch.setattr(two_mounts, "overcommitted_pool", lambda device: pool)
    monkeypatch.setattr(two_mounts, "fill_with_zeros", lambda device, place: done.append(place))
    monkeypatch.setattr(two_mounts, "succeeds", lambda *command: trimmed.append(command[1]))
    two_mounts.overwrite_free_space(SimpleNamespace(wipe=True))
    assert (done, trimmed) == (filled, ["/"])


def test_the_report_counts_what_is_overwritten(two_mounts: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "swapfile").write_bytes(bytes(1000))
    monkeypatch.setattr(two_mounts, "swap_areas", lambda: [SimpleNamespace(path=str(tmp_path / "swapfile"))])
    monkeypatch.setattr(two_mounts.os, "statvfs", lambda place: SimpleNamespace(f_bfree=10, f_frsize=4096))
    assert two_mounts.bytes_to_overwrite(SimpleNamespace(wipe=True)) == 40960 + 1000
    assert two_mounts.bytes_to_overwrite(SimpleNamespace(wipe=False)) == 1000


def test_zeros_that_a_dead_run_left_are_removed_before_anything_else(
    load: Load, monkeypatch: pytest.MonkeyPatch, two_mounts: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / ".goldenimage-zeros-0").write_bytes(bytes(9))
    monkeypatch.setattr(two_mounts, "treated_mounts", lambda machine: [("8:1", str(tmp_path))])
    two_mounts.remove_zeros_of_a_dead_run(None)
    assert os.listdir(tmp_path) == []
    steps = [step.__name__ for step in load("finalizer").STEPS]
    assert steps.index("remove_zeros_of_a_dead_run") < steps.index("require_rehearsal")


def test_a_file_system_is_filled_with_as_many_files_as_it_takes(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room, left, seen = load("filesystems"), [5 << 20], []

    def write(file: int, piece: memoryview) -> int:
        size = os.fstat(file).st_size
        if size + len(piece) > 4 << 20:
            raise OSError(errno.EFBIG, "the file is full")
        if len(piece) > left[0]:
            raise OSError(errno.ENOSPC, "the file system is full")
        left[0] -= len(piece)
        os.ftruncate(file, size + len(piece))
        return len(piece)

    monkeypatch.setattr(room.os, "write", write)
    monkeypatch.setattr(room, "succeeds", lambda *command: seen.extend(path.stat().st_size for path in sorted(tmp_path.iterdir())))
    room.fill_with_zeros("0:0", str(tmp_path))
    assert (seen, os.listdir(tmp_path)) == ([4 << 20, 1 << 20], [])


def test_a_file_system_on_which_no_file_can_be_made_is_full(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(path: str) -> int:
        raise OSError(errno.ENOSPC, "no inodes")

    monkeypatch.setattr(load("filesystems"), "create_for_direct_writes", refuse)
    assert load("filesystems").is_full_after(str(tmp_path / "file"))


@pytest.mark.parametrize(("mebibytes", "inodes", "blocks"), [(100, 1000, False), (31, 1000, True), (100, 63, True)])
def test_a_full_root_blocks(load: Load, monkeypatch: pytest.MonkeyPatch, mebibytes: int, inodes: int, blocks: bool) -> None:
    room = load("filesystems")
    state = SimpleNamespace(f_bfree=mebibytes << 8, f_frsize=4096, f_files=9999, f_ffree=inodes)
    monkeypatch.setattr(room.os, "statvfs", lambda place: state)
    check = next(check for check in room.CHECKS if check.id == "free_space")
    found = [finding.what for finding in check.look(None)]
    assert found == ([f"the root file system has {mebibytes} MiB left, and inodes for {inodes} files"] if blocks else [])


def test_file_systems_become_writable_again_if_one_cannot_become_read_only(two_mounts: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def mount(*command: str) -> bool:
        asked.append((command[2], command[-1]))
        return asked[-1] != ("remount,ro", "/")

    monkeypatch.setattr(two_mounts, "succeeds", mount)
    monkeypatch.setattr(two_mounts, "stop_everything_else", lambda machine: None)
    monkeypatch.setattr(two_mounts.time, "sleep", lambda seconds: None)
    with pytest.raises(Exception, match="^/ could not be made read-only"):
        two_mounts.make_read_only(None)
    assert asked[-2:] == [("remount,rw", "/home"), ("remount,rw", "/")]


def test_a_wrong_line_of_fstab_does_not_keep_a_file_system_writable(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    room, asked = load("filesystems"), []
    monkeypatch.setattr(room, "mounts", lambda: [load("mounts").Mount("8:17", "/", "/data", "ext4", "/dev/sdb1")])
    monkeypatch.setattr(room, "succeeds", lambda *command: asked.append(command))
    room.remount("/data", "ro")
    assert asked == [("mount", "-o", "remount,ro", "/dev/sdb1", "/data")]


@pytest.fixture
def kernel(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A machine on which nothing but the processes writes; its disk is the one of this test's folder."""
    room = load("writers")
    for name in ("sys/block", "proc/fs/nfsd", "proc/1/fd", "proc/1/fdinfo"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "proc/fs/nfsd/threads").write_text("0\n")
    monkeypatch.setattr(room, "SYS", tmp_path / "sys")
    monkeypatch.setattr(room, "PROC", tmp_path / "proc")
    monkeypatch.setattr(room, "mounts", lambda: [])
    monkeypatch.setattr(room, "disks", lambda number: {"sda"})
    return room


def test_a_machine_whose_writers_are_processes_can_become_read_only(load: Load, kernel: ModuleType) -> None:
    assert findings(load, "writers") == []


@pytest.mark.parametrize(("flags", "blocks"), [("0100000", False), ("0100001", True), ("02100002", True)], ids=["read", "write", "both"])
def test_a_file_that_systemd_writes_blocks(load: Load, kernel: ModuleType, tmp_path: Path, flags: str, blocks: bool) -> None:
    (tmp_path / "log").touch()
    (tmp_path / "proc/1/fd/7").symlink_to(tmp_path / "log")
    (tmp_path / "proc/1/fdinfo/7").write_text(f"pos:\t0\nflags:\t{flags}\nmnt_id:\t3\n")
    assert findings(load, "writers") == ([("block", f"systemd itself keeps {tmp_path}/log open")] if blocks else [])


@pytest.mark.parametrize(("read_only", "exists", "blocks"), [("0", True, True), ("1", True, False), ("0", False, False)])
def test_a_loop_device_that_can_write_blocks(
    load: Load, kernel: ModuleType, tmp_path: Path, read_only: str, exists: bool, blocks: bool
) -> None:
    image, device = tmp_path / "disk.img", tmp_path / "sys/block/loop3"
    (device / "loop").mkdir(parents=True)
    (device / "loop/backing_file").write_text(f"{image}\n")
    (device / "ro").write_text(f"{read_only}\n")
    if exists:
        image.touch()
    assert findings(load, "writers") == ([("block", f"the loop device loop3 keeps {image} open")] if blocks else [])


def test_the_nfs_server_of_the_kernel_blocks(load: Load, kernel: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "proc/fs/nfsd/threads").write_text("8\n")
    assert findings(load, "writers") == [("block", "the kernel's NFS server runs")]


def test_a_file_system_of_a_program_blocks(load: Load, kernel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "mounts", lambda: [SimpleNamespace(kind="fuseblk", source="/dev/sdc1", place="/win")])
    assert findings(load, "writers") == [("block", "a program in user space provides /dev/sdc1 on /win")]
