# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the disk of a simulated Windows machine: a real partition table, real NTFS volumes and real registry hives.

It takes the files and the registry of a machine as JSON describes them, and needs mkntfs, wimlib and Debian's hivex. Nothing is mounted.
"""

from __future__ import annotations

import base64
import json
import os
import struct
import subprocess
import tempfile
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
SECTOR = 512
SYSTEM_PYTHON = "/usr/bin/python3"
WRITER = Path(__file__).with_name("write_hives.py")
CONFIG = "Windows\\System32\\config"
HIVES = ("SOFTWARE", "SYSTEM", "SAM")
STATE_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State"
BITLOCKER = b"-FVE-FS-"
ESP, MSR = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "e3c9e316-0b5c-4db8-817d-f92df00215ae"
RECOVERY, BASIC = "de94bba4-06d1-4d40-a16a-bfd50179d6ac", "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)
_ROOTS = ("HKEY_LOCAL_MACHINE", "HKLM")
_TYPES = {"none": 0, "string": 1, "expandstring": 2, "binary": 3, "dword": 4, "multistring": 7, "qword": 11}
_STANDARD = {
    "HKLM\\SYSTEM\\Select": {"Current": 1, "Default": 1},
    "HKLM\\SOFTWARE\\Microsoft": {},
    "HKLM\\SYSTEM\\ControlSet001\\Services": {},
    "HKLM\\SAM\\SAM\\Domains\\Account\\Users\\Names\\Administrator": {"": {"type": 500, "value": ""}},
}


@dataclass(frozen=True)
class Part:
    """A partition of a disk: its types on a GPT and in an MBR, and its content."""

    gpt: str
    mbr: int
    content: bytes


def render(
    guest: Mapping[str, Any],
    path: Path,
    table: str = "gpt",
    *,
    accounts: Mapping[str, int] | None = None,
    sealed_at: datetime | None = None,
    replaced: Mapping[str, bytes | None] | None = None,
    bitlocker: bool = False,
) -> Path:
    """Write the raw disk of a machine to a path.

    ``guest`` has ``registry`` and ``files`` of the machine. ``accounts`` are names and relative ids of local accounts, ``sealed_at`` is
    when the image state was written, ``replaced`` are bytes of files on the Windows volume in place of what was made for them, or None
    for none.
    """
    registry = {**guest.get("registry", {})}
    for name, number in (accounts or {}).items():
        registry[f"HKLM\\SAM\\SAM\\Domains\\Account\\Users\\Names\\{name}"] = {"": {"type": number, "value": ""}}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        files = {**_files(guest.get("files", {})), **hives(registry, work, sealed_at)}
        for name, content in (replaced or {}).items():
            files = {each: kept for each, kept in files.items() if each.lower() != name.lower()}
            files |= {} if content is None else {name: content}
        windows = bytearray(volume(files, work))
    if bitlocker:
        windows[3:11] = BITLOCKER
    write_disk(path, _parts(bytes(windows), table), table)
    return path


def hives(registry: Mapping[str, Any], work: Path, sealed_at: datetime | None = None) -> dict[str, bytes]:
    """The hives of a machine with this registry, by their paths on the volume."""
    keys: dict[str, dict[str, Any]] = {name: {} for name in HIVES}
    for path, values in {**_STANDARD, **{_normal(key): values for key, values in registry.items()}}.items():
        hive, _, key = path.removeprefix("HKLM\\").partition("\\")
        if hive.upper() not in HIVES or not isinstance(values, Mapping):
            continue
        written = sealed_at if path.lower() == STATE_KEY.lower() else None
        keys[hive.upper()][key] = {
            "written": None if written is None else (written - EPOCH) // timedelta(microseconds=1) * 10,
            "values": [[name, *_data(value)] for name, value in values.items()],
        }
    places = {name: work / name for name in HIVES}
    asked = json.dumps({str(places[name]): keys[name] for name in HIVES})
    subprocess.run([SYSTEM_PYTHON, str(WRITER)], input=asked, text=True, check=True, timeout=60)
    return {f"{CONFIG}\\{name}": place.read_bytes() for name, place in places.items()}


def volume(files: Mapping[str, bytes | None], work: Path) -> bytes:
    """An NTFS volume with these files; None stands for a folder."""
    tree, image, archive = work / "tree", work / "volume", work / "archive"
    tree.mkdir()
    for path, content in files.items():
        place = _place(tree, path)
        if content is None:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    size = sum(len(content or b"") + 8192 for content in files.values())
    with image.open("wb") as file:
        file.truncate((size // MIB + 12) * MIB)
    for command in (
        ["mkntfs", "--force", "--quick", "--quiet", "--partition-start", "2048", str(image)],
        ["wimcapture", str(tree), str(archive), "--compress=none"],
        ["wimapply", str(archive), "1", str(image)],
    ):
        subprocess.run(
            command, check=True, capture_output=True, timeout=60, env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        )
    return image.read_bytes()


def write_disk(path: Path, parts: list[Part], table: str) -> None:
    """Write a disk with these partitions, one after the other from the first MiB on, and with holes for zeros."""
    starts = [MIB]
    for part in parts:
        starts.append(-(-(starts[-1] + len(part.content)) // MIB) * MIB)
    size = max(starts[-1] + MIB, 20 * MIB)
    with path.open("wb") as file:
        file.truncate(size)
        for start, part in zip(starts, parts, strict=False):
            _write_sparse(file.fileno(), start, part.content)
        for place, content in (_gpt if table == "gpt" else _mbr)(parts, starts, size).items():
            os.pwrite(file.fileno(), content, place)


def _parts(windows: bytes, table: str) -> list[Part]:
    """The partitions of a machine as the Marketplace delivers it: Windows is the last one, and not the only one with NTFS."""
    if table == "gpt":
        recovery = _small_volume({"Recovery\\WindowsRE\\Winre.wim": b"MSWIM\0\0\0"})
        esp = b"\xeb\x3c\x90MSDOS5.0".ljust(510, b"\0") + b"\x55\xaa"
        return [Part(ESP, 0xEF, esp), Part(MSR, 0, bytes(SECTOR)), Part(RECOVERY, 0x27, recovery), Part(BASIC, 7, windows)]
    reserved = _small_volume({"bootmgr": b"bootmgr", "Boot\\BCD": b"regf"})
    return [Part(BASIC, 7, reserved), Part(BASIC, 7, windows)]


def _small_volume(files: Mapping[str, bytes | None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return volume(files, Path(folder))


def _gpt(parts: list[Part], starts: list[int], size: int) -> dict[int, bytes]:
    """A protective MBR, and both headers with their entries."""
    last = size // SECTOR - 1
    entries = b"".join(
        struct.pack(
            "<16s16sQQQ72x",
            uuid.UUID(part.gpt).bytes_le,
            uuid.uuid5(uuid.NAMESPACE_OID, str(start)).bytes_le,
            start // SECTOR,
            (start + len(part.content)) // SECTOR - 1,
            0,
        )
        for part, start in zip(parts, starts, strict=False)
    ).ljust(128 * 128, b"\0")
    protective = struct.pack("<B3sB3sII", 0, b"\0\x02\0", 0xEE, b"\xff\xff\xff", 1, last)
    return {
        0: b"\x33\xc0".ljust(446, b"\0") + protective.ljust(64, b"\0") + b"\x55\xaa",
        SECTOR: _header(1, last, 2, entries),
        2 * SECTOR: entries,
        (last - 32) * SECTOR: entries,
        last * SECTOR: _header(last, 1, last - 32, entries),
    }


def _header(own: int, other: int, table: int, entries: bytes) -> bytes:
    """A header of a GPT."""
    usable = max(own, other) - 33
    rest = struct.pack("<IQQQQ16sQIII", 0, own, other, 34, usable, bytes(range(16)), table, 128, 128, zlib.crc32(entries))
    fixed = struct.pack("<8sII", b"EFI PART", 0x10000, 92)
    return (fixed + struct.pack("<I", zlib.crc32(fixed + bytes(4) + rest)) + rest).ljust(SECTOR, b"\0")


def _mbr(parts: list[Part], starts: list[int], _size: int) -> dict[int, bytes]:
    """A master boot record with code; the first partition is the active one."""
    entries = b"".join(
        struct.pack(
            "<B3sB3sII", 0 if number else 0x80, b"\xfe\xff\xff", part.mbr, b"\xfe\xff\xff", start // SECTOR, len(part.content) // SECTOR
        )
        for number, (part, start) in enumerate(zip(parts, starts, strict=False))
    )
    return {0: b"\x33\xc0\x8e\xd0".ljust(446, b"\0") + entries.ljust(64, b"\0") + b"\x55\xaa"}


def _write_sparse(descriptor: int, start: int, content: bytes) -> None:
    zeros = bytes(64 * 1024)
    for place in range(0, len(content), len(zeros)):
        piece = content[place : place + len(zeros)]
        if piece != zeros[: len(piece)]:
            os.pwrite(descriptor, piece, start + place)


def _normal(key: str) -> str:
    """The path of a key below HKLM as it is in the hives."""
    root, _, rest = key.rpartition("::")[2].replace(":", "", 1).partition("\\")
    if root.upper() not in _ROOTS:
        return key
    hive, _, path = rest.partition("\\")
    if hive.upper() == "SYSTEM" and path.lower().split("\\")[0] == "currentcontrolset":
        path = f"ControlSet001{path[len('CurrentControlSet') :]}"
    return f"HKLM\\{hive}\\{path}"


def _data(value: Any) -> tuple[int, str]:
    """The type and the data of a value, in base64, from the JSON that the engine takes, too."""
    kind, data = (value.get("type"), value.get("value")) if isinstance(value, Mapping) else (None, value)
    if kind is None:
        kind = "multistring" if isinstance(data, list) else "dword" if isinstance(data, int) else "string"
    number = kind if isinstance(kind, int) else _TYPES[kind.lower().removeprefix("reg_")]
    return number, base64.b64encode(_bytes(number, data)).decode()


def _bytes(kind: int, data: Any) -> bytes:
    if kind in (4, 11):
        return int(data).to_bytes(4 if kind == 4 else 8, "little", signed=int(data) < 0)
    if kind == 7:
        return "".join(f"{each}\0" for each in [*data, ""]).encode("utf-16-le")
    if kind == 3:
        return base64.b64decode(data) if isinstance(data, str) else bytes(data or ())
    return f"{data or ''}\0".encode("utf-16-le")


def _files(files: Mapping[str, Any]) -> dict[str, bytes | None]:
    """The files of drive C by their paths on the volume, as bytes."""
    found: dict[str, bytes | None] = {}
    for path, content in files.items():
        drive, _, rest = path.replace("/", "\\").partition("\\")
        if drive.upper() == "C:":
            found[rest] = (
                base64.b64decode(content["base64"]) if isinstance(content, Mapping) else None if content is None else content.encode()
            )
    return found


def _place(tree: Path, path: str) -> Path:
    """The place of a path in a folder in which only one spelling of each name exists."""
    place = tree
    for name in path.split("\\"):
        same = [each for each in place.iterdir() if each.name.lower() == name.lower()] if place.is_dir() else []
        place = same[0] if same else place / name
    return place
