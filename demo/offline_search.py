"""The offline search: which traces of a VM, and which secrets of anybody, a raw disk still contains.

Blocks are read first, directly from the raw disk, so that deleted files, slack and the journal are searched too; then files, through
their file systems. The raw disk must be a scratch copy: mounting the snapshot of a running VM replays its journal into it.
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
from .kinds import KINDS, LONGEST, Kind, Packaged, by_place

WINDOW = 4 * 1024 * 1024
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"  # the partition type of GRUB's core image: it has no file system


@dataclass(frozen=True)
class Needle:
    """Something that must not be found: the check it belongs to, its name, its spellings, and whether a hit in a deleted block counts."""

    check: str
    name: str
    spellings: tuple[bytes, ...] = field(repr=False)
    blocks: bool = False


@dataclass
class Findings:
    """The result for one disk: bytes read from blocks and from files, the places of each needle and kind, and what could not be read.

    `packaged` are the keys and hashes that unmodified files of packages contain: the same bytes elsewhere are exempt too.
    """

    block_bytes: int = 0
    file_bytes: int = 0
    hits: dict[str, list[str]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    packaged: set[bytes] = field(default_factory=set, repr=False)

    def add(self, name: str, place: str) -> None:
        self.hits.setdefault(name, []).append(place)

    def facts(self) -> dict[str, Any]:
        return {
            "bytes": self.block_bytes,
            "file_bytes": self.file_bytes,
            "hits": {name: len(places) for name, places in sorted(self.hits.items())},
        }


def text(check: str, name: str, value: str) -> Needle:
    """A needle with one spelling: the value itself."""
    return Needle(check, name, (value.encode(),))


def mac(check: str, name: str, value: str) -> Needle:
    """A needle for a MAC address: with colons, with dashes and without separators, in lower and upper case."""
    digits = value.replace(":", "").replace("-", "").lower()
    pairs = [digits[i : i + 2] for i in range(0, 12, 2)]
    forms = [joint.join(pairs) for joint in (":", "-", "")]
    return Needle(check, name, tuple(form.encode() for spelled in forms for form in (spelled, spelled.upper())))


def guid(check: str, name: str, value: str) -> Needle:
    """A needle for a VM id or machine-id: with and without dashes, in both cases and both byte orders (generation 1 swaps them)."""
    known = uuid.UUID(value)
    forms = [form for order in (known, uuid.UUID(bytes=known.bytes_le)) for form in (str(order), order.hex)]
    return Needle(check, name, tuple(form.encode() for spelled in forms for form in (spelled, spelled.upper())))


def key_body(text: str) -> list[bytes]:
    """The lines unique to a private key: its base64 text without the head that keys of a type share and without a short last line."""
    lines = [line.encode() for line in text.strip().splitlines() if not line.startswith("-----")]
    return [line for line in lines[2:] if len(line) >= 40] or lines[-1:]


def search(disk: Path, needles: Iterable[Needle], system: bool = False, packaged: Iterable[bytes] = ()) -> Findings:
    """Search one raw disk: every file of every file system for all needles and kinds, every block for kinds and the needles with `blocks`.

    A disk without hits is clean only if nothing is `unread`; a `system` disk must contain a root file system. `packaged` are secrets that
    packages of another disk have brought.
    """
    needles = tuple(needles)
    findings = Findings(packaged=set(packaged))
    secrets = list(_search_blocks(disk, tuple(needle for needle in needles if needle.blocks), findings))
    roots = 0
    for offset, size in parts(disk):
        try:
            with opened(disk, offset, size) as root:
                roots += os.path.lexists(root / "etc/os-release")
                secrets += _search_files(root, needles, findings)
        except OSError as error:
            findings.unread.append(f"file system at byte {offset}: {error}")
    if system and not roots:
        findings.unread.append("no file system of the disk contains /etc/os-release")
    for secret in secrets:
        if not any(known.startswith(secret.text) for known in findings.packaged):  # a file may be in several pieces on the disk
            findings.add(secret.kind, secret.place)
    return findings


@dataclass(frozen=True)
class _Secret:
    """A secret that was found by its form: the name of its kind, its text, and its place."""

    kind: str
    text: bytes = field(repr=False)
    place: str


def agent_keys(disk: Path) -> list[Needle]:
    """Needles for the private keys that the Azure agent of a system disk has generated for itself."""
    with opened(disk, *root_file_system(disk)) as root:
        home = root / "var/lib/waagent"
        bodies = {path.name: key_body(path.read_text()) for path in (*home.glob("*.prv"), *home.glob("TransportPrivate.pem"))}
    return [Needle("private_key", f"the agent's {name}", tuple(body), blocks=True) for name, body in sorted(bodies.items()) if body]


def _search_blocks(disk: Path, needles: tuple[Needle, ...], findings: Findings) -> Iterator[_Secret]:
    names = _names_of(needles)
    with disk.open("rb") as file:
        ranges = list(_data_ranges(file.fileno(), disk.stat().st_size))
        findings.block_bytes += sum(end - start for start, end in ranges)
        for offset, word in grep.in_bytes({*names, *_WORDS}, _all_data(file.fileno(), ranges)):
            position = _place(offset, ranges)
            for name in names.get(word, ()):
                findings.add(name, f"byte {position}")
            for kind in _kinds_of(word):
                if text := kind.at_start(os.pread(file.fileno(), LONGEST, position)):
                    yield _Secret(kind.name, text, f"byte {position}")


_WORDS = {word for kind in KINDS for word in kind.words}


def _kinds_of(word: bytes) -> Iterator[Kind]:
    """The kinds that begin like a word that grep has found, which is a spelling of a needle if that is longer."""
    return (kind for kind in KINDS if word.startswith(kind.words))


def _names_of(needles: tuple[Needle, ...]) -> dict[bytes, set[str]]:
    """Every spelling, with the names of the needles that have it: two needles may share one."""
    names: dict[bytes, set[str]] = {}
    for needle in needles:
        for spelling in needle.spellings:
            names.setdefault(spelling, set()).add(needle.name)
    return names


def _all_data(handle: int, ranges: list[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of all ranges, with a line feed after each, so that no word is found across a hole."""
    for start, end in ranges:
        for position in range(start, end, WINDOW):
            yield os.pread(handle, min(WINDOW, end - position), position)
        yield b"\n"


def _place(offset: int, ranges: list[tuple[int, int]]) -> int:
    """The offset on the disk of a byte of that stream."""
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


def _search_files(root: Path, needles: tuple[Needle, ...], findings: Findings) -> list[_Secret]:
    names, packaged = _names_of(needles), Packaged.of(root)
    found = grep.in_files({*names, *_WORDS}, root)
    hits = {(path, name) for path, word in found for name in names.get(word, ())}
    for folder, folders, files in os.walk(root, onerror=_raise):
        for path in (Path(folder, name) for name in (*folders, *files)):
            link = path.is_symlink()
            name_and_target = os.fsencode(path.name) + b"\n" + (os.fsencode(os.readlink(path)) if link else b"")
            hits |= {(path, name) for word in names if word in name_and_target for name in names[word]}
            if not link and path.is_file():
                findings.file_bytes += path.stat().st_size
            hits |= {(path, name) for name in by_place(path, str(path.relative_to(root)), packaged)}
    for path, name in sorted(hits):
        findings.add(name, f"/{path.relative_to(root)}")
    return list(_secrets_in({(path, kind) for path, word in found for kind in _kinds_of(word)}, root, packaged, findings))


def _secrets_in(candidates: Iterable[tuple[Path, Kind]], root: Path, packaged: Packaged, findings: Findings) -> Iterator[_Secret]:
    """The secrets in these files, apart from packaged files, whose secrets are noted as such."""
    for path, kind in sorted(candidates, key=lambda each: (each[0], each[1].words)):
        content = path.read_bytes()
        texts = kind.all_in(content)
        if texts and packaged.contains(content):
            findings.packaged |= texts
        else:
            yield from (_Secret(kind.name, text, f"/{path.relative_to(root)}") for text in sorted(texts))


def _raise(error: OSError) -> None:
    raise error


def parts(disk: Path) -> list[tuple[int, int]]:
    """Offset and size in bytes of each part of the disk that must contain a file system: its partitions, or the entire disk."""
    table = subprocess.run(["sfdisk", "--json", str(disk)], capture_output=True, text=True, check=False)
    if table.returncode:
        return [(0, disk.stat().st_size)]
    shown = json.loads(table.stdout)["partitiontable"]
    sector = shown.get("sectorsize", 512)
    return [(part["start"] * sector, part["size"] * sector) for part in shown["partitions"] if part["type"] != BIOS_BOOT]


def _file_system_type(disk: Path, offset: int, size: int) -> str:
    where = ["--offset", str(offset), "--size", str(size)]
    probe = ["blkid", "--probe", *where, "--usages", "filesystem", "--output", "value", "--match-tag", "TYPE", str(disk)]
    return subprocess.run(probe, capture_output=True, text=True, check=False).stdout.strip()


@contextmanager
def opened(disk: Path, offset: int, size: int) -> Iterator[Path]:
    """The files of one file system of a raw disk, below a temporary folder, to be read or changed.

    A snapshot of a running VM is in the state after a power cut: without its journal, some files cannot be read.
    The EFI system partition is read by mtools, since not every kernel supports vfat.
    """
    kind = _file_system_type(disk, offset, size)
    if not kind:
        raise OSError("unknown file system type")
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
    """Offset and size of the largest partition, which in Azure's layout holds the root file system."""
    return max(parts(disk), key=lambda part: part[1])
