"""The conditions of `where`, as functions of a row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from azlab.arm.core.json import Json

Row = Json
Value = Callable[[Row], Any]
Condition = Callable[[Row], bool]


def text_of(value: Any) -> str:
    """A value as a string: an object as JSON, nothing as an empty string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _has(text: str, word: str) -> bool:
    """Whether a word is in a text as a whole."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text) is not None


_EXACT: dict[str, Callable[[str, str], bool]] = {
    "==": str.__eq__,
    "contains_cs": str.__contains__,
    "startswith_cs": str.startswith,
    "endswith_cs": str.endswith,
    "has_cs": _has,
}
"""The operators that compare with regard to case."""
_FOLDED: dict[str, Callable[[str, str], bool]] = {
    "=~": str.__eq__,
    "contains": str.__contains__,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "has": _has,
}
"""The operators that compare without regard to case."""
_NEGATED = {"!=": "==", "!~": "=~", "!in": "in", "!in~": "in~"}
OPERATORS = {*_EXACT, *_FOLDED, *(f"!{name}" for name in (*_EXACT, *_FOLDED) if name.isidentifier()), "!=", "!~"}
LISTS = {"in", "in~", "!in", "!in~"}
"""The operators whose right side is a list."""


def compared(left: Value, operator: str, right: str | float | bool) -> Condition:
    """The condition that a value compares to a literal."""
    if operator.startswith("!"):
        positive = compared(left, _NEGATED.get(operator, operator[1:]), right)
        return lambda row: not positive(row)
    if operator == "==" and not isinstance(right, str):
        return lambda row: bool(left(row) == right)
    wanted = text_of(right)
    if operator in _EXACT:
        exact = _EXACT[operator]
        return lambda row: exact(text_of(left(row)), wanted)
    folded, lower = _FOLDED[operator], wanted.lower()
    return lambda row: folded(text_of(left(row)).lower(), lower)


def listed(left: Value, operator: str, right: list[str | float | bool]) -> Condition:
    """The condition that a value is in a list."""
    if operator.startswith("!"):
        positive = listed(left, operator[1:], right)
        return lambda row: not positive(row)
    each = [compared(left, "=~" if operator.endswith("~") else "==", value) for value in right]
    return lambda row: any(condition(row) for condition in each)
