# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of the Marketplace's catalogue: names and properties that were read before, never terms, and nothing that is secret.

Each list is kept with the time at which it was read, so that a walk uses what any former one has read. ``docs/decisions/catalogue.md`` says
why the lists are kept in these files.
"""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .folder import PrivateFolder
from .place import Place

FORM = 1
"""The form of the files. Those of another form are ignored and replaced."""
DEFAULT_PATH = "~/.cache/goldenimage-azure/catalogue"
DEFAULT_HOURS = 24
NAMES = "names.json"
"""The file with the names of all publishers, offers and SKUs; each publisher has another one with its versions."""

Items = tuple[tuple[str, Mapping[str, Any]], ...]
"""The entries of a list: names, and properties, which only versions have."""


class Entry(NamedTuple):
    """A list and the time at which it was read."""

    read_at: float
    items: Items


@dataclass(frozen=True)
class CacheSettings:
    """The options of the cache. ``hours`` is the age at which a list is read again."""

    path: str = DEFAULT_PATH
    hours: float = DEFAULT_HOURS

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> CacheSettings | None:
        """The settings in the options of a module; None if it has no cache, or must not use one."""
        if not params.get("cache"):
            return None
        hours = params.get("cache_max_age")
        return cls(params.get("cache_path") or DEFAULT_PATH, DEFAULT_HOURS if hours is None else hours)


class NoCache:
    """A cache that holds nothing."""

    flaw = ""
    oldest: float | None = None

    def get(self, place: Place) -> Items | None:
        """Nothing."""

    def keep(self, place: Place, items: Items) -> None:
        """Forget the list."""

    def save(self) -> None:
        """Write nothing."""


class Cache:
    """The lists of one region, as one subscription sees it: ``key`` says which. Only one thread may use it.

    ``oldest`` is the time at which the oldest list was read that ``get`` has returned.
    """

    def __init__(self, settings: CacheSettings, key: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        self._of = list(key)
        self._folder = PrivateFolder(settings.path, "_".join(urllib.parse.quote(part, "") for part in key))
        self._seconds = settings.hours * 3600
        self._clock = clock
        self.oldest: float | None = None
        self._known: dict[str, dict[str, Entry]] = {}
        self._new: dict[str, dict[str, Entry]] = {}

    @property
    def flaw(self) -> str:
        """A sentence if the cache cannot be used; empty if it can."""
        return self._folder.flaw

    def get(self, place: Place) -> Items | None:
        """The list at a place; None if it must be read from Azure."""
        file = _file(place)
        if file not in self._known:
            self._known[file] = self._read(file)
        if (entry := self._known[file].get(_key(place))) is None:
            return None
        self.oldest = entry.read_at if self.oldest is None else min(self.oldest, entry.read_at)
        return entry.items

    def keep(self, place: Place, items: Items) -> None:
        """Remember a list that was just read."""
        self._new.setdefault(_file(place), {})[_key(place)] = Entry(self._clock(), items)

    def save(self) -> None:
        """Write the new lists, together with those that others have written in the meantime."""
        new, self._new = self._new, {}
        for file, entries in new.items():
            with self._folder.locked():
                self._known[file] = {**self._read(file), **entries}
                self._folder.write(file, {"form": FORM, "of": self._of, **encode(self._known[file])})

    def _read(self, file: str) -> dict[str, Entry]:
        """The lists of a file that are not too old; none if it is not a file of this cache. A time that is still to come proves nothing."""
        found = self._folder.read(file)
        if not isinstance(found, dict) or found.get("form") != FORM or found.get("of") != self._of:
            return {}
        now = self._clock()
        return {key: entry for key, entry in decode(found).items() if 0 <= now - entry.read_at < self._seconds}


def encode(entries: Mapping[str, Entry]) -> dict[str, Any]:
    """Lists as they are written. The versions of a SKU mostly have the same properties, which are then written once."""
    numbers: dict[str, int] = {}

    def number(properties: Mapping[str, Any]) -> int:
        return numbers.setdefault(json.dumps(properties, sort_keys=True), len(numbers))

    lists = {}
    for key, (read_at, items) in entries.items():
        of_each = [properties for _name, properties in items]
        lists[key] = [read_at, [name for name, _properties in items], [*map(number, of_each)] if any(of_each) else []]
    return {"lists": lists, "properties": [json.loads(text) for text in numbers]}


def decode(found: Mapping[str, Any]) -> dict[str, Entry]:
    """The lists in the JSON of a file. Those of a wrong type are left out."""
    lists, properties = found.get("lists"), found.get("properties")
    if not isinstance(lists, dict) or not isinstance(properties, list):
        return {}
    return {key: entry for key, each in lists.items() if (entry := _entry(each, properties))}


def _entry(found: Any, properties: Sequence[Any]) -> Entry | None:
    try:
        read_at, names, numbers = found
        of_each = [properties[number] for number in numbers] if numbers else [{}] * len(names)
        if numbers and min(numbers) < 0:
            return None
        items = tuple(zip(names, of_each, strict=True))
    except (TypeError, ValueError, LookupError):
        return None
    typed = isinstance(names, list) and all(isinstance(name, str) and isinstance(each, dict) for name, each in items)
    return Entry(read_at, items) if typed and isinstance(read_at, int | float) else None


def _file(place: Place) -> str:
    """The file of a list: one has all names, because a search needs them all; each publisher has one with its versions."""
    return f"versions-{urllib.parse.quote(place.publisher, '')}.json" if place.sku else NAMES


def _key(place: Place) -> str:
    return "/".join(place)
