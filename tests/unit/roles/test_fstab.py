# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of /etc/fstab, on a machine with an OS disk, a data disk, a temporary disk and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

Load = Callable[[str], ModuleType]
OS_ONLY, ALL = SimpleNamespace(os_only=True), SimpleNamespace(os_only=False)
PLACES = {
    "/": "the OS disk", "UUID=os": "the OS disk", "/swapfile": "the OS disk", "/opt/x": "the OS disk",
    "UUID=data": "a data disk", "/dev/sdc1": "a data disk", "/dev/disk/by-path/acpi-lun-0-part1": "a data disk",
    "/dev/mapper/vg-data": "a data disk", "/data/shop": "a data disk",
    "UUID=temp": "the temporary disk", "/mnt/swapfile": "the temporary disk", "UUID=gone": "no disk of this machine",
}  # fmt: skip


@pytest.fixture
def findings(load: Load, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, SimpleNamespace], list[str]]:
    """The verdicts of one check, for the text of /etc/fstab."""
    room = load("fstab")
    monkeypatch.setattr(room, "location", lambda what: PLACES.get(what, ""))
    monkeypatch.setattr(room, "mount_units", lambda: [])

    def evaluate(look: str, text: str, machine: SimpleNamespace) -> list[str]:
        monkeypatch.setattr(room, "read", lambda path: text if path == "/etc/fstab" else "")
        return [finding.verdict for finding in getattr(room, look)(machine)]

    return evaluate


@pytest.mark.parametrize(("line", "os_only", "all_disks"), [
    ("UUID=os / ext4 defaults 0 1", [], []),
    ("UUID=data /data ext4 defaults 0 2", ["block"], []),
    ("UUID=data /data ext4", ["block"], []),
    ("UUID=data /data ext4 defaults,nofail 0 2", [], []),
    ("UUID=data /data ext4 noauto 0 0", [], []),
    ("UUID=data /data ext4 noauto,x-systemd.automount 0 0", [], []),
    ("UUID=data /data ext4 x-systemd.device-timeout=5 0 0", ["block"], []),
    ('UUID="data" /data ext4 defaults 0 2', ["block"], []),
    ("/dev/mapper/vg-data /data xfs defaults 0 0", ["block"], []),
    ("# UUID=data /data ext4 defaults 0 2", [], []),
    ("UUID=temp /scratch ext4 defaults 0 2", ["block"], ["block"]),
    ("UUID=gone /old ext4 defaults 0 2", ["block"], ["block"]),
    ("/dev/disk/cloud/azure_resource-part1 /mnt auto defaults,nofail,comment=cloudconfig 0 2", [], []),
    ("UUID=temp /mnt ext4 defaults,comment=cloudconfig 0 2", [], []),
    ("/swapfile none swap sw 0 0", [], []),
    ("/mnt/swapfile none swap sw 0 0", ["warn"], ["warn"]),
    ("/data/shop /srv/shop none bind 0 0", ["block"], []),
    ("UUID=data /data ext4 nofail 0 2\n/data/shop /srv/shop none bind 0 0", ["block"], []),
    ("UUID=data /data ext4 nofail 0 2\ntmpfs /data/tmp tmpfs defaults 0 0", ["block"], []),
    ("UUID=data /data ext4 nofail 0 2\ntmpfs /database tmpfs defaults 0 0", [], []),
    ("tmpfs /tmp tmpfs defaults 0 0", [], []),
    ("server:/share /share nfs defaults 0 0", [], []),
])  # fmt: skip
def test_a_clone_starts_without_the_disks_that_the_image_lacks(
    findings: Callable[[str, str, SimpleNamespace], list[str]], line: str, os_only: list[str], all_disks: list[str]
) -> None:
    assert findings("needed_disks", f"{line}\n", OS_ONLY) == os_only
    assert findings("needed_disks", f"{line}\n", ALL) == all_disks


@pytest.mark.parametrize(("line", "verdicts"), [
    ("/dev/sdc1 /data ext4 defaults,nofail 0 2", ["block"]),
    ("/dev/nvme0n2p1 /data ext4 defaults 0 2", ["block"]),
    ("/dev/sdc1 /data ext4 noauto 0 0", ["warn"]),
    ("/dev/disk/by-path/acpi-lun-0-part1 /data ext4 defaults 0 2", ["block"]),
    ("/dev/disk/by-id/wwn-1 /data ext4 nofail 0 2", ["warn"]),
    ("/dev/disk/azure/scsi1/lun0-part1 /data ext4 nofail 0 2", []),
    ("/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0", []),
    ("UUID=data /data ext4 defaults 0 2", []),
])  # fmt: skip
def test_devices_have_stable_names(findings: Callable[[str, str, SimpleNamespace], list[str]], line: str, verdicts: list[str]) -> None:
    assert findings("unstable_names", f"{line}\n", ALL) == verdicts


@pytest.mark.parametrize(("line", "verdicts"), [
    ("//account.file.core.windows.net/share /share cifs credentials=/etc/c,vers=3.1.1 0 0", ["warn"]),
    ("//account.file.core.windows.net/share /share cifs nofail,credentials=/etc/c 0 0", []),
    ("server:/share /share nfs4 noauto 0 0", []),
    ("user@server:/x /share fuse.sshfs defaults 0 0", ["warn"]),
    ("bucket /share fuse.s3fs defaults 0 0", ["block"]),
    ("bucket /share fuse.s3fs _netdev 0 0", ["warn"]),
    ("bucket /share fuse.s3fs _netdev,nofail 0 0", []),
    ("/srv/a:/srv/b /pool fuse.mergerfs defaults 0 0", []),
])  # fmt: skip
def test_a_clone_starts_without_network_shares(
    findings: Callable[[str, str, SimpleNamespace], list[str]], line: str, verdicts: list[str]
) -> None:
    assert findings("needed_shares", f"{line}\n", ALL) == verdicts


def test_a_mount_unit_counts_like_a_line(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room = load("fstab")
    monkeypatch.setattr(room, "location", lambda what: PLACES.get(what, ""))
    unit = "[Unit]\nDescription=Data\n[Mount]\nWhat=UUID=data\nWhere=/data\nType=ext4\n"
    for folder in ("local-fs.target.requires", "multi-user.target.wants"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.mount").write_text(unit)
    monkeypatch.setattr(room, "all_lines", lambda: room.mount_units(str(tmp_path)))
    monkeypatch.setattr(room, "read", lambda path: Path(path).read_text() if path.endswith(".mount") else "")
    assert [finding.verdict for finding in room.needed_disks(OS_ONLY)] == ["block", "warn"]


@pytest.mark.parametrize(("line", "verdicts"), [
    ("data UUID=data /etc/key luks", ["warn"]), ("data UUID=data /etc/key luks,nofail", []),
    ("root UUID=os none luks", []), ("# data UUID=data", []),
])  # fmt: skip
def test_an_encrypted_disk_that_is_missing_is_waited_for(
    load: Load, monkeypatch: pytest.MonkeyPatch, line: str, verdicts: list[str]
) -> None:
    room = load("fstab")
    monkeypatch.setattr(room, "location", lambda what: PLACES.get(what, ""))
    assert [finding.verdict for finding in room.locked_disks(line, True)] == verdicts


@pytest.mark.parametrize(("what", "path"), [
    ("UUID=1-2", "/dev/disk/by-uuid/1-2"), ("LABEL=my data", "/dev/disk/by-label/my\\x20data"),
    ("PARTLABEL=x/y", "/dev/disk/by-partlabel/x\\x2fy"),
    ("/dev/sda1", "/dev/sda1"), ("server:/a=b", "server:/a=b"),
])  # fmt: skip
def test_a_tag_is_found_below_dev(load: Load, what: str, path: str) -> None:
    assert load("fstab").device_path(what) == path


def test_escapes_are_resolved(load: Load) -> None:
    assert load("fstab").lines_of("/opt/my\\040app /srv/my\\040app none bind 0 0\n")[0].what == "/opt/my app"


@pytest.mark.parametrize(
    ("holders", "place"), [({"sda"}, "the OS disk"), ({"sdc"}, "a data disk"), ({"sdb"}, "the temporary disk"), (set(), "")]
)
def test_a_disk_is_found(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, holders: set[str], place: str) -> None:
    room = load("fstab")
    monkeypatch.setattr(room, "device_number_below", lambda path: "root" if path == "/" else "own")
    monkeypatch.setattr(room, "disks", lambda number: {"sda"} if number == "root" else holders)
    monkeypatch.setattr(room, "temporary_disks", lambda: {"sdb"})
    assert room.location(str(tmp_path)) == place


def test_a_volume_that_spans_two_disks_needs_both(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room = load("fstab")
    monkeypatch.setattr(room, "device_number_below", lambda path: "root" if path == "/" else "own")
    monkeypatch.setattr(room, "disks", lambda number: {"sda"} if number == "root" else {"sda", "sdc"})
    monkeypatch.setattr(room, "temporary_disks", lambda: set())
    assert room.location(str(tmp_path)) == "a data disk"


@pytest.mark.parametrize(("path", "temporary"), [
    ("/sys/devices/LNXSYSTM:00/VMBUS:00/00000000-0001-8899-0000-000000000000/host1/target1:0:1/1:0:1:0", True),
    ("/sys/devices/LNXSYSTM:00/VMBUS:00/f8b3781a-1e82-4818-a1c3-63d806ec15bb/host0/target0:0:0/0:0:0:1", True),
    ("/sys/devices/LNXSYSTM:00/VMBUS:00/f8b3781a-1e82-4818-a1c3-63d806ec15bb/host0/target0:0:0/0:0:0:0", False),
    ("/sys/devices/LNXSYSTM:00/VMBUS:00/f8b3781b-1e82-4818-a1c3-63d806ec15bb/host1/target1:0:0/1:0:0:1", False),
])  # fmt: skip
def test_the_temporary_disk_is_known_by_its_place_on_the_bus(load: Load, path: str, temporary: bool) -> None:
    assert bool(load("fstab").TEMPORARY_BUS.search(path)) is temporary
