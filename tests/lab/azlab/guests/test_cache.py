"""The cache of root file systems and disks: when a file is built, rebuilt, or used without an archive."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from azlab.guests.build import guest_disk, rootfs
from azlab.guests.build.apt import NoDebian

DAY = 24 * 60 * 60


def unreachable(target: Path, *_: object) -> None:
    raise NoDebian("no archive can be reached")


def written(target: Path) -> None:
    target.write_text("new")


def aged(target: Path, days: float) -> Path:
    target.write_text("kept")
    os.utime(target, (time.time() - days * DAY,) * 2)
    return target


def test_a_missing_file_is_built_and_older_ones_are_deleted(tmp_path: Path) -> None:
    fresh = tmp_path / "disk-bookworm-0123.raw"
    kept = {"disk-trixie-4567.raw", "rootfs-bookworm-89ab.tar.zst"}
    for name in (*kept, "disk-bookworm-cdef.raw", "disk-bookworm-cdef.raw.lock"):
        (tmp_path / name).touch()
    assert rootfs.cached(fresh, written) == fresh
    assert fresh.read_text() == "new"
    assert {path.name for path in tmp_path.iterdir()} == {fresh.name, f"{fresh.name}.lock", *kept}


def test_a_missing_file_needs_the_archive(tmp_path: Path) -> None:
    with pytest.raises(NoDebian, match="no archive can be reached"):
        rootfs.cached(tmp_path / "disk-bookworm-0123.raw", unreachable)


def test_a_young_file_is_used_without_asking_the_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    disk = aged(tmp_path / "disk-bookworm-0123.raw", 29)
    assert rootfs.cached(disk, unreachable).read_text() == "kept"
    assert capsys.readouterr() == ("", "")


def test_an_old_file_is_rebuilt(tmp_path: Path) -> None:
    assert rootfs.cached(aged(tmp_path / "disk-bookworm-0123.raw", 31), written).read_text() == "new"


def test_an_old_file_is_used_if_the_archive_cannot_be_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    disk = aged(tmp_path / "disk-bookworm-0123.raw", 31)
    assert rootfs.cached(disk, unreachable).read_text() == "kept"
    assert (
        f"{disk} is older than 30 days and is used nevertheless, because it could not be rebuilt: no archive can be reached"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("why", [KeyboardInterrupt, NoDebian, OSError])
def test_an_interrupted_build_leaves_no_partial_file(tmp_path: Path, why: type[BaseException]) -> None:
    def begun(target: Path) -> None:
        rootfs.part_of(target).write_text("begun")
        raise why

    with pytest.raises(why):
        rootfs.cached(tmp_path / "disk-bookworm-0123.raw", begun)
    assert [path.name for path in tmp_path.iterdir()] == ["disk-bookworm-0123.raw.lock"]


def test_a_failed_copy_leaves_no_partial_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cp").write_text('#!/bin/sh\necho half >"$4"\necho no space >&2\nexit 1\n')
    (tmp_path / "cp").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(guest_disk, "cached", lambda *_: tmp_path / "cached.raw")
    with pytest.raises(rootfs.BuildFailed, match="cp failed with exit status 1:\nno space"):
        guest_disk.build_disk(tmp_path / "disk.raw")
    assert not (tmp_path / "disk.raw").exists()


@pytest.mark.parametrize("tar_days", [31, None], ids=["old tar", "no tar"])
def test_an_old_disk_is_not_rebuilt_from_an_old_root_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tar_days: int | None
) -> None:
    monkeypatch.setattr(guest_disk, "CACHE", tmp_path)
    monkeypatch.setattr(rootfs, "CACHE", tmp_path)
    monkeypatch.setattr(rootfs, "_build", unreachable)
    disk = aged(tmp_path / f"disk-bookworm-{guest_disk._key()}.raw", 31)
    if tar_days:
        aged(tmp_path / f"rootfs-bookworm-{rootfs.key()}.tar.zst", tar_days)
    assert guest_disk.build_disk(tmp_path / "out.raw").read_text() == "kept"
    assert disk.read_text() == "kept"
    assert capsys.readouterr().err.count("is older than 30 days") == 1
