"""The bytes of the lab's guest disk, for disks that are made from an image of the Marketplace which has bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from azlab.arm.core.lab import Lab
from azlab.guests.build.guest_disk import build_disk

_KEY = "p-guest-disk"


def guest_disk(lab: Lab) -> str:
    """The key of a blob with the guest disk, which is made at its first use. A blob that was not completed is made again."""
    with lab.alone(_KEY):
        if not lab.blobs.exists(_KEY):
            _make(lab, f"{_KEY}-making")
    return _KEY


def _make(lab: Lab, key: str) -> None:
    with tempfile.TemporaryDirectory(dir=lab.settings.state) as place:
        disk = build_disk(Path(place) / "disk.raw")
        lab.blobs.create(key, disk.stat().st_size)
        lab.blobs.write_back(disk, key)
    lab.blobs.copy(key, _KEY)
    lab.blobs.delete(key)
