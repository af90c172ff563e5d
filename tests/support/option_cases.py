# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of single options: stored by a first value, then changed by a second one or refused.

Each module with such options has a table of cases in ``tests/support/options/``. A lab test runs every case, and a structure test
requires one for every leaf option of the module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import httpx

from tests.support.tasks import LabTasks

CHANGED, REFUSED, KEPT = "changed", "refused", "kept"
"""The effect of a second value: it is stored, or refused, or it leaves the first one as it is, as the documentation says."""
ABSENT = object()
"""The stored value of a property that Azure does not have."""


@dataclass(frozen=True)
class OptionCase:
    """One leaf option, by its dotted path; a path through a list of dictionaries is that of their keys.

    ``outcome`` is what a task with the second value does to the resource that one with the first value has made. ``stored`` is the dotted
    path of the property in Azure's JSON, in which a number is the place in a list. ``values`` are the stored forms of both values, if Azure
    has others. ``extra`` are further options of both tasks. ``named`` is how a refusal names the option, if not by its path.
    """

    option: str
    first: Any
    second: Any
    outcome: str
    stored: str
    values: tuple[Any, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    named: str = ""

    def params(self, value: Any, base: Mapping[str, Any]) -> dict[str, Any]:
        """The options of a task: the base, the extra ones, and this option with a value."""
        return merged(merged(base, self.extra), nested(self.option, value))

    def within(self, option: str) -> OptionCase:
        """The same case of a suboption of an option."""
        return replace(self, option=f"{option}.{self.option}", extra={option: self.extra}, named=self.named or self.option)

    def with_extra(self, extra: Mapping[str, Any]) -> OptionCase:
        """The same case with further options, which the own ones replace."""
        return replace(self, extra=merged(extra, self.extra))

    def filled(self, places: Mapping[str, str]) -> OptionCase:
        """The same case with texts instead of the marks in its values."""
        values = self.values and (filled(self.values[0], places), filled(self.values[1], places))
        return replace(self, first=filled(self.first, places), second=filled(self.second, places), values=values)

    def expected(self) -> tuple[Any, Any]:
        """The values that Azure has stored after the first and after the second task."""
        first, second = self.values or (self.first, self.second)
        return first, second if self.outcome == CHANGED else first


def filled(value: Any, places: Mapping[str, str]) -> Any:
    """A value with texts instead of marks, if it is text."""
    for mark, text in places.items():
        value = value.replace(mark, text) if isinstance(value, str) else value
    return value


def nested(path: str, value: Any) -> dict[str, Any]:
    """A dictionary with a value at a dotted path."""
    for key in reversed(path.split(".")):
        value = {key: value}
    found: dict[str, Any] = value
    return found


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both dictionaries, at any depth. Two lists of dictionaries of equal length are merged item by item."""
    both = {key: _merged(below[key], above[key]) for key in below.keys() & above.keys()}
    return {**below, **above, **both}


def _merged(below: Any, above: Any) -> Any:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return merged(below, above)
    if isinstance(below, list) and isinstance(above, Mapping):
        return [merged(each, above) for each in below]
    return above


def at(raw: Any, path: str) -> Any:
    """The value at a dotted path of JSON; ``ABSENT`` if there is none."""
    for key in path.split("."):
        try:
            raw = raw[int(key) if isinstance(raw, list) else key]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return raw


def leaf_options(spec: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted paths of the options in an argument spec that have no suboptions."""
    for name, option in spec.items():
        if "options" in option:
            yield from leaf_options(option["options"], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def exercise(tasks: LabTasks, module: ModuleType, base: Mapping[str, Any], case: OptionCase, read: Callable[[], httpx.Response]) -> None:
    """Run the case: store the first value, repeat it, then change it to the second one, or meet the refusal, and repeat that.

    ``base`` are the options that every task of the module needs. ``read`` asks Azure for the resource, not through the collection.
    """
    first, second = case.expected()
    assert tasks(module, **case.params(case.first, base))["changed"]
    assert _stored(read, case) == first
    _repeat(tasks, module, case.params(case.first, base))
    again = case.params(case.second, base)
    if case.outcome == CHANGED:
        assert tasks(module, **again)["changed"]
    if case.outcome == REFUSED:
        _refused(tasks, module, again, case)
    else:
        _repeat(tasks, module, again)
    assert _stored(read, case) == second


def _stored(read: Callable[[], httpx.Response], case: OptionCase) -> Any:
    return at(read().raise_for_status().json(), case.stored)


def _repeat(tasks: LabTasks, module: ModuleType, params: Mapping[str, Any]) -> None:
    with tasks.writes() as writes:
        repeated = tasks(module, **params)
    assert (repeated["changed"], repeated["steps"], writes) == (False, [], [])


def _refused(tasks: LabTasks, module: ModuleType, params: Mapping[str, Any], case: OptionCase) -> None:
    """The refusal names the option, the present and the requested value, and comes before any write."""
    with tasks.writes() as writes:
        message = tasks.fails(module, **params)["msg"]
    old, new = case.values or (case.first, case.second)
    assert writes == []
    for part in (case.named or case.option, str(old), str(new)):
        assert re.search(rf"(?<!\w){re.escape(part)}(?!\w)", message, re.IGNORECASE), (part, message)
