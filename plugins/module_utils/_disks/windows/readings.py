# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds Windows on a disk and reads what tells whether it was generalized, without a mount and without root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..._core.model.windows_disk import WindowsDisk
from .hives import Hive
from .leftovers import find_leftovers
from .logs import DamagedHive, is_dirty
from .ntfs import Volume
from .partitions import find_partitions

if TYPE_CHECKING:
    from ..._core.model.disk_bytes import DiskBytes
    from ..._core.ranges import Range

BOOT_SECTOR = 512
BITLOCKER, NTFS = b"-FVE-FS-", b"NTFS    "
CONFIG = "Windows\\System32\\config"
STATE_INI = "Windows\\Setup\\State\\State.ini"
TAG = "Windows\\System32\\Sysprep\\Sysprep_succeeded.tag"
STATE_KEY = "Microsoft\\Windows\\CurrentVersion\\Setup\\State"
DRIVERS = ("vmbus", "storvsc", "stornvme")
LARGEST_HIVE = 256 * 1024 * 1024
LARGEST_LOG = 64 * 1024 * 1024
LARGEST_TEXT = 1024 * 1024
LONGEST_VALUE = 1024
"""More of a value is not shown. Real ones are much shorter."""


@dataclass
class _Notes:
    """The readings so far, and what stood in the way of others."""

    partition_table: str | None
    flaws: list[str]
    found: dict[str, Any] = field(default_factory=dict)
    replayed: list[str] = field(default_factory=list)

    def readings(self) -> WindowsDisk:
        """The readings of a disk with Windows."""
        return WindowsDisk(
            windows_found=True,
            partition_table=self.partition_table,
            flaws=tuple(self.flaws),
            replayed=tuple(self.replayed),
            **self.found,
        )

    @contextmanager
    def reading(self, subject: str) -> Iterator[None]:
        """Turn what stops the reading of a subject into a flaw. pyfsntfs raises OSError, regipy errors of many kinds."""
        try:
            yield
        except DamagedHive as error:
            self.flaws.append(f"{subject} cannot be read: {error}")
        except MemoryError:
            self.flaws.append(f"{subject} cannot be read: it takes too much memory")
        except Exception:
            self.flaws.append(f"{subject} cannot be read: it is damaged")


def read_windows(disk: DiskBytes, tell: Callable[[WindowsDisk], None] = lambda found: None) -> WindowsDisk:
    """The readings of a disk. ``tell`` is called with the readings so far each time that there are more."""
    table = find_partitions(disk)
    notes = _Notes(table.kind, [table.flaw] if table.flaw else [])
    starts = [(part, disk.read(part.start, min(BOOT_SECTOR, part.length))) for part in table.partitions]
    volumes = [volume for part, start in starts if start[3:11] == NTFS and (volume := _windows_volume(disk, part, notes))]
    encrypted = any(start[3:11] == BITLOCKER for part, start in starts)
    if not volumes:
        return replace(notes.readings(), windows_found=False, encrypted=encrypted)
    if encrypted:
        notes.flaws.append("another partition is encrypted with BitLocker, and could hold a Windows too")
    if len(volumes) > 1:
        notes.flaws.append(f"{len(volumes)} partitions hold a Windows")
    for _step in _read_volume(volumes[0], notes):
        tell(notes.readings())
    return notes.readings()


def _windows_volume(disk: DiskBytes, part: Range, notes: _Notes) -> Volume | None:
    """The volume in a partition if it holds Windows. System Reserved and recovery partitions are NTFS, too, and hold none."""
    with notes.reading(f"the NTFS volume at byte {part.start}"):
        volume = Volume(disk, part)
        if volume.has(f"{CONFIG}\\SOFTWARE"):
            return volume
    return None


def _read_volume(volume: Volume, notes: _Notes) -> Iterator[None]:
    """Read the files and the hives of a Windows volume, those first that decide."""
    yield
    with notes.reading("State.ini"):
        notes.found["state_ini"] = state_in(volume.read(STATE_INI, LARGEST_TEXT) or b"")
    yield
    software = _hive(volume, "SOFTWARE", notes)
    if software:
        with notes.reading("the hive SOFTWARE"):
            _read_software(software, notes.found)
    yield
    system = _hive(volume, "SYSTEM", notes)
    if system:
        with notes.reading("the hive SYSTEM"):
            _read_system(system, notes.found)
    with notes.reading(TAG):
        notes.found["tag"] = volume.has(TAG)
    yield
    accounts = _hive(volume, "SAM", notes)
    notes.found["leftovers"] = find_leftovers(volume, software, accounts, notes.reading)


def _hive(volume: Volume, name: str, notes: _Notes) -> Hive | None:
    """A hive of the machine with its logs."""
    with notes.reading(f"the hive {name}"):
        path = f"{CONFIG}\\{name}"
        if (volume.size(path) or 0) > LARGEST_HIVE:
            raise DamagedHive(f"it is larger than {LARGEST_HIVE // 1024 // 1024} MiB")
        content = volume.read(path, LARGEST_HIVE)
        if content is None:
            raise DamagedHive("it does not exist")
        logs = [volume.read(f"{path}.{log}", LARGEST_LOG) or b"" for log in ("LOG1", "LOG2", "LOG")] if is_dirty(content) else []
        hive = Hive(content, logs)
        if hive.replayed:
            notes.replayed.append(name)
        return hive
    return None


def state_in(content: bytes) -> str | None:
    """The image state in the section [State] of a State.ini; None if it has none. Of several that differ, all."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    section, states = "", []
    for line in content.decode(coding, errors="replace").splitlines():
        name, separator, value = line.partition("=")
        if line.strip().startswith("["):
            section = line.strip().lower()
        elif separator and (section, name.strip().lower()) == ("[state]", "imagestate"):
            states.append(value.strip().strip('"'))
    return " and ".join(dict.fromkeys(states))[:LONGEST_VALUE] or None


def _read_software(software: Hive, found: dict[str, Any]) -> None:
    """The image state, and when it was written."""
    key = software.find(STATE_KEY)
    if key is not None:
        found["image_state"] = _text(key.value("ImageState"))
        found["generalized_at"] = key.written


def _read_system(system: Hive, found: dict[str, Any]) -> None:
    """The things that setup does at the next start, the computer's name, and how drivers start."""
    setup = system.find("Setup")
    if setup is not None:
        found["setup_type"], found["cmd_line"] = _number(setup.value("SetupType")), _text(setup.value("CmdLine"))
    select = system.find("Select")
    current = _number(select.value("Current")) if select else None
    control_set = system.find(f"ControlSet{current or 1:03}")
    if control_set is None:
        raise DamagedHive("it has no current control set")
    name = control_set.find("Control\\ComputerName\\ComputerName")
    found["computer_name"] = _text(name.value("ComputerName")) if name else None
    services = control_set.find("Services")
    drivers = {driver: services.find(driver) if services else None for driver in DRIVERS}
    found["start_types"] = {driver: _number(key.value("Start")) if key else None for driver, key in drivers.items()}


def _text(value: Any) -> str | None:
    return value[:LONGEST_VALUE] if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None
