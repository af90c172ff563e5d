# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of a simulated guest: keys and values as JSON, in the format of the engine, with names compared without case."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKU": "HKEY_USERS",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
DENIED = "denied"
"""Stands instead of the values of a key that refuses every access."""


class Denied(Exception):
    """A key that refuses access."""


class Registry:
    """Reads and changes ``keys``, a dictionary of the paths of keys to their values; a key also exists if one below it does."""

    def __init__(self, keys: MutableMapping[str, Any]) -> None:
        self._keys = keys
        for path in list(keys):
            if (full := full_path(path)) != path:
                keys[full] = keys.pop(path)

    def has_key(self, path: str) -> bool:
        """Whether a key exists."""
        return any(True for _ in self._at_or_below(full_path(path)))

    def values(self, path: str) -> dict[str, dict[str, Any]]:
        """The values of a key by name, each as ``{type, value}``; empty if there is no such key."""
        found = self._values(full_path(path))
        return {name: typed(value) for name, value in (found or {}).items()}

    def value(self, path: str, name: str) -> dict[str, Any] | None:
        """One value as ``{type, value}``, or None."""
        return next((value for each, value in self.values(path).items() if each.lower() == name.lower()), None)

    def data(self, path: str, name: str) -> Any:
        """The data of one value, or None."""
        found = self.value(path, name)
        return None if found is None else found["value"]

    def sub_keys(self, path: str) -> list[str]:
        """The names of the keys directly below a key."""
        full = full_path(path)
        names = {each[len(full) + 1 :].split("\\")[0] for each in self._at_or_below(full) if len(each) > len(full)}
        return sorted(names)

    def create(self, path: str) -> None:
        """Create a key, unless it exists."""
        full = full_path(path)
        self._refuse_denied(full)
        if self._values(full) is None:
            self._keys[full] = {}

    def set(self, path: str, name: str, value: Any) -> None:
        """Set a value, given as data or as ``{type, value}``; creates the key."""
        self.create(path)
        values = self._values(full_path(path))
        assert values is not None
        values[_spelled(values, name)] = typed(value)

    def remove_value(self, path: str, name: str) -> None:
        """Remove a value; nothing happens if there is none."""
        values = self._values(full_path(path)) or {}
        values.pop(_spelled(values, name), None)

    def remove_key(self, path: str) -> None:
        """Remove a key and everything below it; nothing happens if there is none."""
        for each in list(self._at_or_below(full_path(path))):
            del self._keys[each]

    def _values(self, full: str) -> dict[str, Any] | None:
        self._refuse_denied(full)
        found: dict[str, Any] | None = next((values for path, values in self._keys.items() if path.lower() == full.lower()), None)
        return found

    def _at_or_below(self, full: str) -> Iterator[str]:
        below = f"{full}\\".lower()
        return (path for path in self._keys if f"{path}\\".lower().startswith(below))

    def _refuse_denied(self, full: str) -> None:
        for path, values in self._keys.items():
            if values == DENIED and f"{full}\\".lower().startswith(f"{path}\\".lower()):
                raise Denied("Requested registry access is not allowed.")


def full_path(path: str) -> str:
    """A path of a key with the full name of its hive, as in ``HKEY_LOCAL_MACHINE\\SYSTEM``."""
    path = path.split("::", 1)[-1].rstrip("\\")
    hive, separator, rest = path.partition("\\")
    hive = HIVES.get(hive.rstrip(":").upper(), hive.rstrip(":").upper())
    if hive not in HIVES.values():
        raise AssertionError(f"{path!r} is not the path of a registry key")
    return hive + separator + rest


def typed(value: Any) -> dict[str, Any]:
    """A value of the registry as ``{type, value}``; data alone has the type that the engine gives it."""
    if isinstance(value, dict):
        return value
    if isinstance(value, int):
        return {"type": "DWord", "value": value}
    return {"type": "MultiString" if isinstance(value, list) else "String", "value": value}


def _spelled(values: MutableMapping[str, Any], name: str) -> str:
    return next((each for each in values if each.lower() == name.lower()), name)
