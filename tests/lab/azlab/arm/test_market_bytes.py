# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of disks from Marketplace images: the guest disk in a lab with guests, zeros in one without. No guest is started."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from azlab.arm.compute.disks import guest_disk
from azlab.arm.compute.disks.builder import Content, write
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.guests.build.guest_disk import DISK_MIB
from azlab.storage.blobs import BlobStore

from tests.support.catalogue import SEED
from tests.support.running_lab import MIB, RunningLab


class FewBytes:
    """A stand-in for the build of the guest disk, which counts how often it was built."""

    def __init__(self) -> None:
        self.built = 0

    def build(self, out: Path) -> Path:
        """Write a disk of one MiB that is not empty."""
        self.built += 1
        out.write_bytes(b"guest".ljust(MIB, b"\0"))
        return out


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FewBytes:
    stand_in = FewBytes()
    monkeypatch.setattr(guest_disk, "build_disk", stand_in.build)
    monkeypatch.setattr(guest_disk, "_KEY", f"p-{uuid.uuid4()}")
    return stand_in


@pytest.fixture
def key(lab: RunningLab) -> Iterator[str]:
    """The key of a blob that does not exist yet."""
    yield (name := f"d-{uuid.uuid4()}")
    BlobStore(lab.settings).delete(name)


def with_blobs(lab: RunningLab, *, guests: bool) -> Any:
    """The parts of a lab that the bytes of a disk need."""
    settings = replace(lab.settings, guests=guests)
    return SimpleNamespace(settings=settings, blobs=BlobStore(settings), alone=lambda _key: nullcontext())


@pytest.mark.parametrize("size", [MIB, 3 * MIB])
def test_a_lab_with_guests_writes_the_guest_disk(lab: RunningLab, disk: FewBytes, key: str, size: int) -> None:
    parts = with_blobs(lab, guests=True)
    for _ in range(2):
        write(parts, key, Content(size, guest_system=True))
        assert parts.blobs.read(key, 0, 512) == b"guest".ljust(512, b"\0")
        assert parts.blobs.size(key) == size
        parts.blobs.check_vhd(key)
    assert disk.built == 1


def test_a_lab_without_guests_writes_zeros(lab: RunningLab, disk: FewBytes, key: str) -> None:
    parts = with_blobs(lab, guests=False)
    write(parts, key, Content(MIB, guest_system=True))
    assert parts.blobs.ranges(key) == []
    assert disk.built == 0


def test_a_guest_disk_that_was_not_completed_is_written_again(
    lab: RunningLab, disk: FewBytes, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = with_blobs(lab, guests=True)
    with monkeypatch.context() as broken:
        broken.setattr(BlobStore, "copy", lambda *_: (_ for _ in ()).throw(OSError("the lab was killed")))
        with pytest.raises(OSError, match="killed"):
            write(parts, key, Content(MIB, guest_system=True))
    write(parts, key, Content(MIB, guest_system=True))
    assert parts.blobs.read(key, 0, 512) == b"guest".ljust(512, b"\0")
    assert disk.built == 2


def test_images_with_bytes_are_as_big_as_the_guest_disk() -> None:
    offers = [offer for publisher in generate(SEED).publishers.values() for offer in (publisher.offers or {}).values()]
    bootable = [image for offer in offers for image in offer.images.values() if image.bootable]
    assert {image.size for image in bootable} == {DISK_MIB * MIB}
    assert {(image.os_type, image.architecture) for image in bootable} == {("Linux", "x64")}
    assert {bool(image.plan) for image in bootable} == {True, False}
    assert {image.generation for image in bootable} == {"V1", "V2"}
