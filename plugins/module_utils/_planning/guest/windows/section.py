# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fact about a Windows guest is read, absent or unread, and a section of facts comes from the result of one script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Unread(Exception):
    """A decision depends on a fact that could not be read."""


@dataclass(frozen=True)
class Fact(Generic[T]):
    """A fact: either it has a value, or ``reason`` says why it could not be read. A fact that may be absent then has the value None."""

    known: T | None = None
    reason: str = ""

    @property
    def value(self) -> T:
        """The value; raises ``Unread`` if it could not be read."""
        if self.reason:
            raise Unread(self.reason)
        return self.known  # type: ignore[return-value]  # only a Fact[T | None] has None without a reason


@dataclass(frozen=True)
class Section:
    """The facts of one script. A nested fact has a dotted name, such as ``os.build``, also in ``unread``."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @classmethod
    def of(cls, facts: Mapping[str, Any], name: str) -> Section:
        """The section with a name; if its script failed or did not run, no fact of it is read."""
        section = facts.get(name)
        if not isinstance(section, Mapping):
            return cls(name, error="these facts were not collected")
        error = section.get("error")
        return cls(name, section, section.get("unread") or {}, f"the script failed: {error}" if error else "")

    def text(self, name: str) -> Fact[str]:
        """A text."""
        return self._required(name, text)

    def text_or_none(self, name: str) -> Fact[str | None]:
        """A text, or None if there is none on this guest."""
        return self._fact(name, or_none(text))

    def number(self, name: str) -> Fact[int]:
        """A number."""
        return self._required(name, number)

    def number_or_none(self, name: str) -> Fact[int | None]:
        """A number, or None if there is none on this guest."""
        return self._fact(name, or_none(number))

    def flag(self, name: str) -> Fact[bool]:
        """A yes or no."""
        return self._required(name, flag)

    def flag_or_none(self, name: str) -> Fact[bool | None]:
        """A yes or no, or None if the question has no meaning on this guest."""
        return self._fact(name, or_none(flag))

    def texts(self, name: str) -> Fact[tuple[str, ...]]:
        """A list of texts."""
        return self.rows(name, text)

    def rows(self, name: str, parse: Callable[[Any], T]) -> Fact[tuple[T, ...]]:
        """A list; ``parse`` makes a row of each element."""
        return self._required(name, list_of(parse))

    def rows_or_none(self, name: str, parse: Callable[[Any], T]) -> Fact[tuple[T, ...] | None]:
        """A list, or None if this kind of Windows has no such list."""
        return self._fact(name, or_none(list_of(parse)))

    def entries(self, name: str, parse: Callable[[Any], T]) -> Fact[Mapping[str, T]]:
        """A dictionary; entries that are null do not exist on this guest."""
        return self._required(name, _entries_of(parse))

    def _required(self, name: str, parse: Callable[[Any], T]) -> Fact[T]:
        return self._fact(name, _required(parse))

    def _fact(self, name: str, parse: Callable[[Any], T]) -> Fact[T]:
        reason = self.error or self._why_unread(name)
        if reason:
            return Fact(reason=f"{self.name}.{name}: {reason}")
        try:
            return Fact(parse(self._found(name)))
        except (KeyError, TypeError, ValueError) as error:
            return Fact(reason=f"{self.name}.{name}: the script returned something unexpected ({error})")

    def _why_unread(self, name: str) -> str:
        """The reason of the script for this fact, or for the one that holds it."""
        return next((str(self.unread[each]) for each in (name, name.split(".")[0]) if each in self.unread), "")

    def _found(self, name: str) -> Any:
        found: Any = self.facts
        for part in name.split("."):
            if not isinstance(found, Mapping):
                raise TypeError(f"no dictionary with {part}")
            found = found[part]
        return found


def text(found: Any) -> str:
    """A text; raises TypeError for anything else, as the other parsers do."""
    return _typed(found, str, "text")


def number(found: Any) -> int:
    """A number, which a yes or no is not."""
    if isinstance(found, bool):
        raise TypeError("a yes or no, not a number")
    return _typed(found, int, "a number")


def flag(found: Any) -> bool:
    """A yes or no."""
    return _typed(found, bool, "a yes or no")


def _typed(found: Any, kind: type[T], meaning: str) -> T:
    if not isinstance(found, kind):
        raise TypeError(f"{type(found).__name__}, not {meaning}")
    return found


def _required(parse: Callable[[Any], T]) -> Callable[[Any], T]:
    def parsed(found: Any) -> T:
        if found is None:
            raise ValueError("no value")
        return parse(found)

    return parsed


def or_none(parse: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """A parser that also takes null."""
    return lambda found: None if found is None else parse(found)


def list_of(parse: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    """A parser of lists of what another parser takes."""
    return lambda found: tuple(parse(each) for each in _typed(found, list, "a list"))


def _entries_of(parse: Callable[[Any], T]) -> Callable[[Any], Mapping[str, T]]:
    return lambda found: {name: parse(each) for name, each in _typed(found, dict, "a dictionary").items() if each is not None}
