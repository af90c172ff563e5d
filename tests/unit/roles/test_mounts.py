# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mounts of every type, as the kernel lists them, and the storage behind each."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
ROOT = "27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"
DATA = "30 27 8:17 / /data rw,relatime shared:2 - ext4 /dev/sdb1 rw"


@pytest.fixture
def mounted(load: Load, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """The room with these lines of mountinfo, on a machine whose devices 8:1 to 8:15 are parts of sda and 8:16 and above of sdb."""

    def give(*lines: str) -> ModuleType:
        room = load("mounts")
        monkeypatch.setattr(room, "read", lambda path: "\n".join(lines))
        monkeypatch.setattr(room, "disks", lambda device: set() if device[0] == "0" else {"sda" if int(device[2:]) < 16 else "sdb"})
        return room

    return give


@pytest.mark.parametrize(("line", "storage"), [
    ("31 27 8:2 / /boot rw - ext4 /dev/sda2 rw", "the OS disk"),
    (DATA, "another disk"),
    ("31 27 8:17 /upload /home/a/upload rw - ext4 /dev/sdb1 rw", "another disk"),
    ("31 27 8:17 / /home/a/ntfs rw - fuseblk /dev/sdb1 rw", "another disk"),
    ("31 27 0:50 / /mnt/share rw - cifs //account.file.core.windows.net/share rw", "a network share or a program (FUSE)"),
    ("31 27 0:50 / /var/backups rw - nfs4 server:/backups rw", "a network share or a program (FUSE)"),
    ("31 27 0:50 / /home/a/blobs rw - fuse.blobfuse2 blobfuse2 rw", "a network share or a program (FUSE)"),
    ("31 27 0:50 / /home/a/x rw - fuse x rw", "a network share or a program (FUSE)"),
    ("31 27 0:50 / /net rw - autofs /etc/auto.net rw", "a network share or a program (FUSE)"),
    ("31 27 0:50 / /tmp rw - tmpfs tmpfs rw", "memory"),
    ("31 27 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw", "a layered file system"),
])  # fmt: skip
def test_the_storage_behind_a_mount_is_known(mounted: Callable[..., ModuleType], line: str, storage: str) -> None:
    room = mounted(ROOT, line)
    assert room.storage(room.mounts()[-1], room.mounts()) == storage


def test_spaces_and_backslashes_in_a_mount_point_are_read(mounted: Callable[..., ModuleType]) -> None:
    room = mounted(ROOT, r"31 27 8:17 /my\040data /home/a\134b/my\040data rw - ext4 /dev/sdb1 rw")
    assert (room.mounts()[-1].root, room.mounts()[-1].place) == ("/my data", r"/home/a\b/my data")


def test_the_last_of_several_mounts_at_one_place_counts(mounted: Callable[..., ModuleType]) -> None:
    room = mounted(ROOT, DATA, "31 30 0:50 / /data rw - tmpfs tmpfs rw")
    assert [mount.kind for mount in room.mounts() if mount.place == "/data"] == ["tmpfs"]


def test_a_mount_below_a_later_one_cannot_be_reached(mounted: Callable[..., ModuleType]) -> None:
    inner = "31 30 8:18 / /data/db rw - ext4 /dev/sdb2 rw"
    over = "32 30 8:3 / /data rw - ext4 /dev/sda3 rw"
    room = mounted(ROOT, DATA, inner, over)
    assert [mount.device for mount in room.mounts()] == ["8:1", "8:3"]
    assert room.mount_of("/data/db/file", room.mounts()).device == "8:3"


def test_a_path_is_held_by_the_nearest_mount(mounted: Callable[..., ModuleType]) -> None:
    room = mounted(ROOT, DATA, "31 30 8:18 / /data/db rw - ext4 /dev/sdb2 rw")
    table = room.mounts()
    assert [room.mount_of(path, table).place for path in ("/database", "/data", "/data/dbs", "/data/db/a")] == [
        "/",
        "/data",
        "/data",
        "/data/db",
    ]


@pytest.mark.parametrize(("lines", "others"), [
    (["31 27 8:1 /srv/tmp /var/tmp rw - ext4 /dev/sda1 rw"], ["/srv/tmp"]),
    ([DATA, "31 27 8:17 / /var/tmp rw - ext4 /dev/sdb1 rw"], ["/data"]),
    (["30 27 8:17 /a/b /var/b rw - ext4 /dev/sdb1 rw", "31 27 8:17 /a /var/tmp rw - ext4 /dev/sdb1 rw"], ["/var/b"]),
    ([DATA, "31 27 8:18 / /var/tmp rw - ext4 /dev/sdb2 rw"], []),
], ids=["bind mount", "second mount", "a part elsewhere", "its own"])  # fmt: skip
def test_the_other_places_of_a_content_are_known(mounted: Callable[..., ModuleType], lines: list[str], others: list[str]) -> None:
    room = mounted(ROOT, *lines)
    assert list(room.aliases(room.mounts()[-1], room.mounts())) == others
