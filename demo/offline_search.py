"""The offline search: what a raw disk still tells of the VM it came from.

Blocks are read first, from the raw disk as they lie, so that deleted files, slack and the journal are searched too; then files, through
their file systems. The raw disk is a scratch copy: mounting the snapshot of a running VM replays its journal into it.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import grep

WINDOW = 4 * 1024 * 1024
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"  # where GRUB keeps its core image: no file system


@dataclass(frozen=True)
class Needle:
    """Something that must not be found: the check it belongs to, what it is, its spellings, and whether deleted blocks count too."""

    check: str
    name: str
    spellings: tuple[bytes, ...] = field(repr=False)
    blocks: bool = False


@dataclass
class Findings:
    """What one disk held: bytes of blocks and of files that were read, per needle the places, and what of the disk could not be read."""

    block_bytes: int = 0
    file_bytes: int = 0
    hits: dict[str, list[str]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def add(self, name: str, place: str) -> None:
        self.hits.setdefault(name, []).append(place)

    def facts(self) -> dict[str, Any]:
        return {
            "bytes": self.block_bytes,
            "file_bytes": self.file_bytes,
            "hits": {name: len(places) for name, places in sorted(self.hits.items())},
        }


def text(check: str, name: str, value: str) -> Needle:
    """A plain word, as it is."""
    return Needle(check, name, (value.encode(),))


def mac(check: str, name: str, value: str) -> Needle:
    """A MAC address in the spellings that systems use: with colons, dashes or nothing, in both cases."""
    digits = value.replace(":", "").replace("-", "").lower()
    pairs = [digits[i : i + 2] for i in range(0, 12, 2)]
    forms = [joint.join(pairs) for joint in (":", "-", "")]
    return Needle(check, name, tuple(form.encode() for spelled in forms for form in (spelled, spelled.upper())))


def guid(check: str, name: str, value: str) -> Needle:
    """A VM id or machine-id with dashes and without, in both cases and both byte orders (firmware of generation 1 shows it swapped)."""
    known = uuid.UUID(value)
    forms = [form for order in (known, uuid.UUID(bytes=known.bytes_le)) for form in (str(order), order.hex)]
    return Needle(check, name, tuple(form.encode() for spelled in forms for form in (spelled, spelled.upper())))


def key_body(text: str) -> list[bytes]:
    """The lines of a private key that no other key has: its base64 text less the head that keys of a type share and a short last line."""
    lines = [line.encode() for line in text.strip().splitlines() if not line.startswith("-----")]
    return [line for line in lines[2:] if len(line) >= 40] or lines[-1:]


def search(disk: Path, needles: Iterable[Needle], system: bool = False) -> Findings:
    """Search one raw disk: every file of every file system for all needles, every block for those that deleting does not excuse.

    Where no needle is found the disk is clean only if all of it could be read; a `system` disk must hold a root file system.
    """
    needles = tuple(needles)
    findings = Findings()
    _search_blocks(disk, tuple(needle for needle in needles if needle.blocks), findings)
    roots = 0
    for offset, size in parts(disk):
        try:
            with opened(disk, offset, size) as root:
                roots += os.path.lexists(root / "etc/os-release")
                _search_files(root, needles, findings)
        except OSError as error:
            findings.unread.append(f"file system at byte {offset}: {error}")
    if system and not roots:
        findings.unread.append("no file system of the disk holds /etc/os-release")
    return findings


def agent_keys(disk: Path) -> list[Needle]:
    """The private keys that the Azure agent of a system disk made for itself."""
    with opened(disk, *root_file_system(disk)) as root:
        home = root / "var/lib/waagent"
        bodies = {path.name: key_body(path.read_text()) for path in (*home.glob("*.prv"), *home.glob("TransportPrivate.pem"))}
    return [Needle("private_key", f"the agent's {name}", tuple(body), blocks=True) for name, body in sorted(bodies.items()) if body]


def _search_blocks(disk: Path, needles: tuple[Needle, ...], findings: Findings) -> None:
    names = _names_of(needles)
    with disk.open("rb") as file:
        ranges = list(_data_ranges(file.fileno(), disk.stat().st_size))
        for offset, word in grep.in_bytes(names, _all_data(file.fileno(), ranges)):
            for name in names[word]:
                findings.add(name, f"byte {_place(offset, ranges)}")
    findings.block_bytes += sum(end - start for start, end in ranges)


def _names_of(needles: tuple[Needle, ...]) -> dict[bytes, set[str]]:
    """Every spelling, and the names of the needles that have it: one key may stand under two names."""
    names: dict[bytes, set[str]] = {}
    for needle in needles:
        for spelling in needle.spellings:
            names.setdefault(spelling, set()).add(needle.name)
    return names


def _all_data(handle: int, ranges: list[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of all ranges, with an end of line after each, so that nothing is found across a hole."""
    for start, end in ranges:
        for position in range(start, end, WINDOW):
            yield os.pread(handle, min(WINDOW, end - position), position)
        yield b"\n"


def _place(offset: int, ranges: list[tuple[int, int]]) -> int:
    """Where on the disk a byte of that stream lies."""
    for start, end in ranges:
        if offset <= end - start:
            break
        offset -= end - start + 1
    return start + offset


def _data_ranges(handle: int, size: int) -> Iterator[tuple[int, int]]:
    position = 0
    while position < size:
        try:
            start = os.lseek(handle, position, os.SEEK_DATA)
        except OSError:  # ENXIO: only a hole is left
            return
        position = os.lseek(handle, start, os.SEEK_HOLE)
        yield start, position


def _search_files(root: Path, needles: tuple[Needle, ...], findings: Findings) -> None:
    names = _names_of(needles)
    hits = {(path, name) for path, word in grep.in_files(names, root) for name in names[word]}
    for folder, folders, files in os.walk(root, onerror=_raise):
        for path in (Path(folder, name) for name in (*folders, *files)):
            link = path.is_symlink()
            said = os.fsencode(path.name) + b"\n" + (os.fsencode(os.readlink(path)) if link else b"")
            hits |= {(path, name) for word in names if word in said for name in names[word]}
            if not link and path.is_file():
                findings.file_bytes += path.stat().st_size
    for path, name in sorted(hits):
        findings.add(name, f"/{path.relative_to(root)}")


def _raise(error: OSError) -> None:
    raise error


def parts(disk: Path) -> list[tuple[int, int]]:
    """Offset and size in bytes of each part of the disk that has to hold a file system: its partitions, or the whole disk."""
    table = subprocess.run(["sfdisk", "--json", str(disk)], capture_output=True, text=True, check=False)
    if table.returncode:
        return [(0, disk.stat().st_size)]
    shown = json.loads(table.stdout)["partitiontable"]
    sector = shown.get("sectorsize", 512)
    return [(part["start"] * sector, part["size"] * sector) for part in shown["partitions"] if part["type"] != BIOS_BOOT]


def _kind(disk: Path, offset: int, size: int) -> str:
    probe = [
        "blkid",
        "--probe",
        "--offset",
        str(offset),
        "--size",
        str(size),
        "--usages",
        "filesystem",
        "--output",
        "value",
        "--match-tag",
        "TYPE",
        str(disk),
    ]
    return subprocess.run(probe, capture_output=True, text=True, check=False).stdout.strip()


@contextmanager
def opened(disk: Path, offset: int, size: int) -> Iterator[Path]:
    """The files of one file system of a raw disk, below a folder of their own, to be read or changed.

    A snapshot of a running VM is as after a power cut: without its journal, some of its files cannot be read.
    The EFI system partition is read by mtools, since not every kernel has vfat.
    """
    kind = _kind(disk, offset, size)
    if not kind:
        raise OSError("of no known kind")
    with tempfile.TemporaryDirectory(prefix="demo-disk-") as folder:
        if kind == "vfat":
            _run("mcopy", "-s", "-Q", "-n", "-i", f"{disk}@@{offset}", "::", folder)
            yield Path(folder)
            return
        _run("mount", "-o", f"loop,offset={offset},sizelimit={size}", str(disk), folder)
        try:
            yield Path(folder)
        finally:
            _run("umount", folder)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


def root_file_system(disk: Path) -> tuple[int, int]:
    """Offset and size of the largest file system of the disk: the root, in Azure's layout the last and largest partition."""
    return max(parts(disk), key=lambda part: part[1])
