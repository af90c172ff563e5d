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

    def add(self, needle: Needle, place: str) -> None:
        self.hits.setdefault(needle.name, []).append(place)

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
    overlap = max((len(spelling) for needle in needles for spelling in needle.spellings), default=1) - 1
    with disk.open("rb") as file:
        for start, end in _data_ranges(file.fileno(), disk.stat().st_size):
            tail, position = b"", start
            while position < end:
                block = os.pread(file.fileno(), min(WINDOW, end - position), position)
                window = tail + block
                for needle in needles:
                    for spelling in needle.spellings:
                        found = window.find(spelling)
                        if found >= 0:
                            findings.add(needle, f"byte {position - len(tail) + found}")
                position += len(block)
                findings.block_bytes += len(block)
                tail = window[-overlap:] if overlap else b""


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
    for folder, folders, files in os.walk(root, onerror=_raise):
        for name in (*folders, *files):
            path = Path(folder, name)
            shown = "/" + str(path.relative_to(root))
            inside = os.fsencode(os.readlink(path)) if path.is_symlink() else b""
            for needle in needles:
                if any(spelling in os.fsencode(name) or spelling in inside for spelling in needle.spellings):
                    findings.add(needle, shown)
            if name in files and path.is_file() and not path.is_symlink():
                _search_file(path, shown, needles, findings)


def _raise(error: OSError) -> None:
    raise error


def _search_file(path: Path, shown: str, needles: tuple[Needle, ...], findings: Findings) -> None:
    overlap = max(len(spelling) for needle in needles for spelling in needle.spellings) - 1
    found: set[str] = set()
    tail = b""
    with path.open("rb") as file:
        while block := file.read(WINDOW):
            window = tail + block
            findings.file_bytes += len(block)
            for needle in needles:
                if needle.name not in found and any(spelling in window for spelling in needle.spellings):
                    found.add(needle.name)
                    findings.add(needle, shown)
            tail = window[-overlap:]


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
