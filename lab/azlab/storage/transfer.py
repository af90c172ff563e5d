"""Copies a disk between its page blob and a sparse local file, and sends back only what changed.

The digests of all chunks of the blob are kept together with its ETag. While the blob still has that ETag, writing back compares the file
with the digests; otherwise it reads the blob again. Missing or outdated digests therefore cost time only.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from azlab.storage import sparse
from azlab.storage.sparse import Range

T = TypeVar("T")
_WORKERS = 4


class Pages(Protocol):
    """The page blob of one disk, without its footer."""

    @property
    def size(self) -> int: ...
    def etag(self) -> str: ...
    def ranges(self) -> list[Range]: ...
    def read(self, offset: int, length: int) -> bytes: ...
    def put(self, offset: int, data: bytes) -> None: ...
    def clear(self, start: int, end: int) -> None: ...


@dataclass
class Digests:
    """The digests of all chunks that are not zero, by offset, valid while the blob has this ETag."""

    etag: str
    by_offset: dict[int, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, etag: str) -> Digests | None:
        """The digests kept in a file, or None if there are none for this ETag."""
        try:
            kept = json.loads(path.read_text())
        except FileNotFoundError:
            return None
        if kept["etag"] != etag:
            return None
        return cls(etag, {int(offset): digest for offset, digest in kept["digests"].items()})

    def save(self, path: Path) -> None:
        """Write the digests to a file in one step, so that a killed lab leaves no incomplete file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps({"etag": self.etag, "digests": self.by_offset}))
        temporary.replace(path)


def download(pages: Pages, target: Path, kept: Path) -> None:
    """Write the disk to the sparse file `target`, and its digests to the file `kept`."""
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.ftruncate(descriptor, pages.size)
        _read_all(pages, lambda start, data: sparse.write_sparsely(descriptor, start, data)).save(kept)
    finally:
        os.close(descriptor)


def write_back(pages: Pages, source: Path, kept: Path) -> int:
    """Make the disk equal to the file; returns the number of bytes sent. Raises ValueError if their sizes differ."""
    size = source.stat().st_size
    if size != pages.size:
        raise ValueError(f"{source} has {size} bytes, but the disk has {pages.size}: resize one of them first")
    known = Digests.load(kept, pages.etag()) or _read_all(pages, lambda start, data: None)
    digests: dict[int, str] = {}
    descriptor = os.open(source, os.O_RDONLY)

    def send_window(window: Range) -> int:
        start, end = window
        data = _pread(descriptor, start, end - start)
        found = {at: _digest(chunk) for at, chunk in sparse.chunks(start, data)}
        digests.update((at, digest) for at, digest in found.items() if digest)
        changed = [(at, min(at + sparse.CHUNK, end)) for at, digest in found.items() if digest != known.by_offset.get(at)]
        puts = sparse.merged(each for each in changed if found[each[0]])
        for at, stop in puts:
            pages.put(at, data[at - start : stop - start])
        for at, stop in sparse.merged(each for each in changed if not found[each[0]]):
            pages.clear(at, stop)
        return sum(stop - at for at, stop in puts)

    try:
        blob = ((at, min(at + sparse.CHUNK, size)) for at in known.by_offset)
        sent = sum(_parallel(send_window, sparse.windows([*blob, *sparse.extents(descriptor, size)], size)))
    finally:
        os.close(descriptor)
    Digests(pages.etag(), digests).save(kept)
    return sent


def _read_all(pages: Pages, sink: Callable[[int, bytes], None]) -> Digests:
    """Read every page of the blob, pass it to `sink` with its offset, and return the digests."""
    digests = Digests(pages.etag())

    def fetch(window: Range) -> None:
        start, end = window
        data = pages.read(start, end - start)
        sink(start, data)
        digests.by_offset.update((at, digest) for at, chunk in sparse.chunks(start, data) if (digest := _digest(chunk)))

    _parallel(fetch, sparse.windows(pages.ranges(), pages.size))
    return digests


def _parallel(work: Callable[[Range], T], windows: Iterable[Range]) -> list[T]:
    with ThreadPoolExecutor(_WORKERS) as pool:
        return list(pool.map(work, windows))


def _digest(chunk: bytes) -> str | None:
    """The digest of a chunk, or None if it is zero: written zeros and a hole are the same bytes."""
    return None if sparse.is_zero(chunk) else hashlib.blake2b(chunk, digest_size=16).hexdigest()


def _pread(descriptor: int, start: int, length: int) -> bytes:
    data = os.pread(descriptor, length, start)
    if len(data) != length:
        raise OSError(f"the local disk ended at {start + len(data)} while it was being read: {start + length} bytes were expected")
    return data
