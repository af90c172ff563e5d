# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that Azure stores as properties: which of them differ from what is stored, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ..._core.errors import InvalidRequest

Properties = Mapping[str, Any]


def same_value(stored: Any, wanted: Any) -> bool:
    """Whether two values are equal."""
    return bool(stored == wanted)


def same_name(stored: Any, wanted: Any) -> bool:
    """Whether two names are equal, which Azure compares without case."""
    return str(stored).casefold() == str(wanted).casefold()


def same_names(stored: Any, wanted: Any) -> bool:
    """Whether two lists hold the same names, in any order."""
    return {str(each).casefold() for each in stored or ()} == {str(each).casefold() for each in wanted or ()}


@dataclass(frozen=True)
class Setting:
    """One option, and the property in which Azure stores it.

    A setting that is not ``changeable`` is set when the resource is created. ``absent`` is the value that counts if none is stored.
    """

    option: str
    path: tuple[str, ...]
    changeable: bool = False
    same: Callable[[Any, Any], bool] = same_value
    absent: Any = None

    def stored(self, properties: Properties) -> Any:
        """The stored value."""
        value: Any = properties
        for key in self.path:
            value = (value or {}).get(key)
        return self.absent if value is None else value


@dataclass(frozen=True)
class Difference:
    """An option whose value is not the stored one. ``path`` is the property's path in Azure, as its refusals have it."""

    option: str
    path: str
    old: Any
    new: Any
    changeable: bool

    def __str__(self) -> str:
        if self.old is None:
            return f"it has no {self.option}, and {self.new!r} is requested"
        return f"its {self.option} is {self.old!r}, not {self.new!r}"


def differences(settings: Iterable[Setting], given: Mapping[str, Any], properties: Properties) -> tuple[Difference, ...]:
    """The given options whose values are not the stored ones."""
    asked = ((each, each.stored(properties), given[each.option]) for each in settings if each.option in given)
    return tuple(
        Difference(setting.option, ".".join(setting.path), old, new, setting.changeable)
        for setting, old, new in asked
        if old is None or not setting.same(old, new)
    )


def with_values(settings: Iterable[Setting], given: Mapping[str, Any], properties: Properties) -> dict[str, Any]:
    """The properties with the given values; what equals the stored value keeps the spelling that Azure has stored."""
    settings = tuple(settings)
    differ = {each.option for each in differences(settings, given, properties)}
    return placed(settings, {option: value for option, value in given.items() if option in differ}, properties)


def placed(settings: Iterable[Setting], given: Mapping[str, Any], properties: Properties) -> dict[str, Any]:
    """The properties with all of the given values."""
    changed: dict[str, Any] = deepcopy(dict(properties))
    for setting in settings:
        if setting.option in given:
            _put(changed, setting.path, given[setting.option])
    return changed


def _put(holder: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for key in path[:-1]:
        holder[key] = dict(holder.get(key) or {})
        holder = holder[key]
    holder[path[-1]] = value


def require_changeable(found: Iterable[Difference], what: str, kind: str, way_out: str) -> None:
    """Refuse to change what is set when a resource is created. ``kind`` is Azure's word for it, ``way_out`` says what the user can do."""
    fixed = [each for each in found if not each.changeable]
    if not fixed:
        return
    texts = " ".join(f"Changing property '{kind}.properties.{each.path}' is not allowed." for each in fixed if each.path)
    quoted = f" (Azure: {texts})" if texts else ""
    raise InvalidRequest(f"{what} exists, but {' and '.join(map(str, fixed))}. This cannot be changed{quoted}: {way_out}.")


def listed(names: Sequence[str], most: int = 10) -> str:
    """The first of some names for a sentence, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
