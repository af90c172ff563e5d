# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and values of a registry hive."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import IO, Any

from .logs import DamagedHive, is_dirty, replay

_EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)
_TEXTS = ("REG_SZ", "REG_EXPAND_SZ")
MOST_KEYS = 10_000
"""More subkeys or values than this of one key are not listed."""


class Key:
    """A key of a hive."""

    def __init__(self, record: Any) -> None:
        self._record = record

    @property
    def name(self) -> str:
        """The name of the key."""
        return _name(self._record)

    @property
    def written(self) -> datetime | None:
        """When the key, or one of its values, was last written; None if the time is not valid."""
        try:
            return _EPOCH + timedelta(microseconds=int(self._record.header.last_modified) // 10)
        except OverflowError:
            return None

    def value(self, name: str) -> Any:
        """The data of a value: a string, a number, a list of strings or bytes; None without such a value."""
        return next((data for each, kind, data in self.values() if each.lower() == name.lower()), None)

    def values(self) -> Iterator[tuple[str, str, Any]]:
        """Name, type and data of each value. The type is REG_SZ and the like, or a number in digits."""
        for number, value in enumerate(self._record.iter_values(trim_values=False)):
            if number == MOST_KEYS:
                return
            kind = str(value.value_type)
            yield value.name, kind, text_of(value.value) if kind in _TEXTS else value.value

    def subkeys(self) -> Iterator[Key]:
        """The subkeys."""
        for number, record in enumerate(self._record.iter_subkeys()):
            if number == MOST_KEYS:
                return
            yield Key(record)

    def find(self, path: str) -> Key | None:
        """The key at a path below this one; None if it does not exist."""
        found: Key | None = self
        for name in path.split("\\"):
            found = next((each for each in found.subkeys() if each.name.lower() == name.lower()), None) if found else None
        return found


class Hive:
    """A registry hive, completed by its logs if Windows had not written it completely."""

    def __init__(self, content: bytes, logs: Sequence[bytes] = ()) -> None:
        from regipy.registry import RegistryHive

        open_hive: Callable[[str], Any] = RegistryHive

        self.replayed = is_dirty(content)
        if self.replayed:
            content = replay(content, logs)
        try:
            with _as_file(content) as path:
                self.root = Key(open_hive(path).root)
        except Exception as error:
            # regipy and its parser raise errors of many kinds.
            raise DamagedHive("it is damaged") from error

    def find(self, path: str) -> Key | None:
        """The key at a path; None if it does not exist. Raises ``DamagedHive`` if it cannot be read."""
        try:
            return self.root.find(path)
        except Exception as error:
            raise DamagedHive("it is damaged") from error


def text_of(data: str | bytes | int) -> str:
    """The text of a value, which ends at its first zero; what follows is of an earlier value.

    regipy decodes that as well, and if it is not valid UTF-16, it takes all for UTF-8 or leaves it as bytes. regipy 6.0 returns the bytes
    of a text of at most one character as a number.
    """
    if isinstance(data, int):
        data = data.to_bytes(4, "little")
    if isinstance(data, str) and data[1:2] == data[3:4] == "\0":
        data = data.encode()
    if isinstance(data, bytes):
        data = data.decode("utf-16-le", errors="replace")
    return data.partition("\0")[0]


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """The path of a file without a name. regipy takes nothing but paths, and hives hold secrets that should not reach a disk."""
    with _unnamed_file() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        yield f"/dev/fd/{file.fileno()}"


def _unnamed_file() -> IO[bytes]:
    """An empty file: in memory where the system can do that, which is Linux."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("hive"), "w+b")
    return tempfile.TemporaryFile()


def _name(record: Any) -> str:
    """The name of a key. regipy replaces letters beyond ASCII in names that Windows stores with one byte for each."""
    if record.header.flags.KEY_COMP_NAME:
        return bytes(record.header.key_name_string).decode("latin-1")
    return str(record.name)
