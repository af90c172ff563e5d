# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the resources of a recording new names, and learns the names that Azure itself generated."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any

from tests.contract.golden.read import Recording

_QUOTED = re.compile(r"'([^']+)'")


class Names:
    """The names in one recording, and the names that replace them in the lab."""

    def __init__(self, recording: Recording, subscription: str) -> None:
        self._fresh: dict[str, str] = {}
        for path in _ids(recording):
            for kind, name in pairs(path):
                self._fresh.setdefault(name.lower(), subscription if kind == "subscriptions" else f"g{secrets.token_hex(6)}")

    def translate(self, value: Any) -> Any:
        """A recorded value with new names in place of the recorded ones."""
        if isinstance(value, dict):
            return {self._text(key) if is_id(key) else key: self._secret(key) or self.translate(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.translate(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _secret(self, key: str) -> str | None:
        """A password in place of a recorded one, which may be masked."""
        return f"Aa1!{secrets.token_hex(8)}" if key == "adminPassword" else None

    def path(self, path: str) -> str:
        """The path of a recorded URL with new names."""
        known = {name.lower() for _, name in pairs(path)}
        return "/".join(self._fresh.get(part.lower(), part) if part.lower() in known else part for part in path.split("/"))

    def learn(self, recorded: Any, actual: Any) -> None:
        """Learn the names that the lab generated in places where Azure had generated others."""
        if isinstance(recorded, dict) and isinstance(actual, dict):
            for key in recorded.keys() & actual.keys():
                self.learn(recorded[key], actual[key])
        elif isinstance(recorded, list) and isinstance(actual, list):
            for one, other in zip(recorded, actual, strict=False):
                self.learn(one, other)
        elif is_id(recorded) and is_id(actual):
            for (kind, name), (other_kind, other) in zip(pairs(recorded), pairs(actual), strict=False):
                if kind == other_kind:
                    self._fresh[name.lower()] = other

    def _text(self, text: str) -> str:
        if text.lower() in self._fresh:
            return self._fresh[text.lower()]
        if is_id(text):
            return self.path(text)
        return _QUOTED.sub(lambda match: f"'{self._fresh.get(match[1].lower(), match[1])}'", text)


def is_id(value: Any) -> bool:
    """Whether a value is a resource id; some clients leave out the leading slash."""
    return isinstance(value, str) and value.lower().lstrip("/").startswith("subscriptions/")


def pairs(path: str) -> list[tuple[str, str]]:
    """The types in an id, in lower case, each with the name that follows. Regions and operations are not names of the caller's."""
    parts = path.strip("/").split("/")
    found, index = [], 0
    while index + 1 < len(parts):
        kind, name = parts[index].lower(), parts[index + 1]
        if kind == "locations":
            break
        if kind != "providers":
            found.append((kind, name))
        index += 2
    return found


def _ids(recording: Recording) -> Iterator[str]:
    for exchange in recording.exchanges:
        if is_id(exchange.path):
            yield exchange.path
        yield from _ids_in(exchange.body)
        yield from _ids_in(exchange.answer)


def _ids_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from (key,) if is_id(key) else ()
            yield from _ids_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _ids_in(item)
    elif is_id(value):
        yield value
