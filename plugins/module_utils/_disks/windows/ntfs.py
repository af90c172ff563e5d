# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files on an NTFS volume inside a disk. Names are compared as Windows does, without upper and lower case."""

from __future__ import annotations

import fnmatch
import os
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..._core.model.disk_bytes import DiskBytes
    from ..._core.ranges import Range

BLOCK = 256 * 1024
"""The number of bytes that are read of a disk at once: a request to Azure takes the same time for one byte as for this many."""
CACHED = 64
MOST_ENTRIES = 20_000
"""A folder with more entries than this is not listed to its end."""
REPARSE_POINT = 0x400
"""The attribute of links and mount points, which are not followed."""


class Window:
    """The bytes of a part of a disk, as a file object; blocks that were read are kept for a while."""

    def __init__(self, disk: DiskBytes, part: Range) -> None:
        self._disk, self._part = disk, part
        self._place = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def get_size(self) -> int:
        """The number of bytes of the part."""
        return self._part.length

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        """Move to a place."""
        self._place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._part.length}[whence]

    def tell(self) -> int:
        """The current place."""
        return self._place

    def read(self, size: int) -> bytes:
        """The bytes from the current place on, as many as there are."""
        start = max(self._place, 0)
        end = max(min(start + size, self._part.length), start)
        blocks = range(start // BLOCK, -(-end // BLOCK))
        content = b"".join(self._block(number) for number in blocks)
        self._place = end
        skipped = start - blocks.start * BLOCK
        return content[skipped : skipped + end - start]

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            start = self._part.start + number * BLOCK
            self._blocks[number] = self._disk.read(start, min(BLOCK, self._part.end - start))
            if len(self._blocks) > CACHED:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number]


class Volume:
    """An NTFS volume."""

    def __init__(self, disk: DiskBytes, part: Range) -> None:
        import pyfsntfs

        self._file = Window(disk, part)
        self._volume = pyfsntfs.volume()
        self._volume.open_file_object(self._file)

    def has(self, path: str) -> bool:
        """Whether a file or a folder exists."""
        return self._volume.get_file_entry_by_path(f"\\{path}") is not None

    def size(self, path: str) -> int | None:
        """The number of bytes of a file; None without such a file."""
        entry = self._file_entry(path)
        return None if entry is None else int(entry.size)

    def read(self, path: str, most: int) -> bytes | None:
        """The content of a file, or its first bytes if it is larger than ``most``; None without such a file."""
        entry = self._file_entry(path)
        if entry is None:
            return None
        entry.seek_offset(0, os.SEEK_SET)
        wanted, found = min(int(entry.size), most), bytearray()
        while len(found) < wanted:
            more = entry.read_buffer(min(wanted - len(found), 4 * BLOCK))
            if not more:
                raise OSError(f"{path} ends early")
            found += more
        return bytes(found)

    def find(self, pattern: str) -> Iterator[str]:
        """The paths of files and folders that match a path in which names may hold wildcards."""
        yield from self._find("", pattern.split("\\"))

    def _find(self, folder: str, names: list[str]) -> Iterator[str]:
        first, rest = names[0], names[1:]
        if any(sign in first for sign in "*?["):
            found: Iterator[str] = (name for name in self._names(folder) if fnmatch.fnmatchcase(name.lower(), first.lower()))
        else:
            found = iter([first] if self.has(_join(folder, first)) else [])
        for name in found:
            if rest:
                yield from self._find(_join(folder, name), rest)
            else:
                yield _join(folder, name)

    def _names(self, folder: str) -> list[str]:
        """The names of the entries of a folder. A link to a folder has none."""
        entry = self._volume.get_file_entry_by_path(f"\\{folder}")
        if entry is None or not entry.has_directory_entries_index() or entry.file_attribute_flags & REPARSE_POINT:
            return []
        count = min(entry.number_of_sub_file_entries, MOST_ENTRIES)
        return [entry.get_sub_file_entry(number).name for number in range(count)]

    def _file_entry(self, path: str) -> Any:
        """The entry of a file; None if there is none, or if it is a folder or a link."""
        entry = self._volume.get_file_entry_by_path(f"\\{path}")
        if entry is None or entry.has_directory_entries_index() or not entry.has_default_data_stream():
            return None
        return entry


def _join(folder: str, name: str) -> str:
    return f"{folder}\\{name}" if folder else name
