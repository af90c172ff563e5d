"""The part of the Kusto query language that the lab takes.

A query is a table and then steps: `where` with comparisons, `and`, `or`, `not()` and brackets; `project`; `order by`; `limit`. Resource
Graph knows more; the lab refuses the rest like operators that Resource Graph does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azlab.arm.core.json import Json
from azlab.arm.graph import errors
from azlab.arm.graph.conditions import LISTS, OPERATORS, Condition, Row, Value, compared, listed, text_of
from azlab.arm.graph.tokens import Token, tokens_of

Step = Callable[[list[Row]], list[Row]]
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "tolower": lambda value: text_of(value).lower(),
    "toupper": lambda value: text_of(value).upper(),
    "tostring": text_of,
}
_TESTS: dict[str, Callable[[Any], bool]] = {
    "isempty": lambda value: not text_of(value),
    "isnotempty": lambda value: bool(text_of(value)),
    "isnull": lambda value: value is None,
    "isnotnull": lambda value: value is not None,
}
_CONSTANTS = {"true": True, "false": False}


class BadQuery(Exception):
    """A query that is refused, with the details of the refusal."""

    def __init__(self, *details: Json) -> None:
        super().__init__(str(details))
        self.details = details


@dataclass(frozen=True)
class Query:
    """A parsed query."""

    table: str
    steps: tuple[Step, ...]

    def run(self, rows: list[Row]) -> list[Row]:
        """The answer, from the rows of the table."""
        for step in self.steps:
            rows = step(rows)
        return rows


def parse(query: str) -> Query:
    """The query that a text stands for."""
    return _Parser(tokens_of(query)).query()


def _parser_failure(token: Token) -> BadQuery:
    return BadQuery(errors.INVALID_QUERY().body(), {**errors.PARSER_FAILURE().body(), **token.place})


class _Parser:
    """Reads the words of a query from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._place = tokens, 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self, *texts: str) -> Token | None:
        """The next word if it is one of these."""
        if self._next.kind in ("name", "sign") and self._next.text.lower() in texts:
            return self._advance()
        return None

    def _advance(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _expect(self, *texts: str) -> Token:
        found = self._take(*texts)
        if found is None:
            raise _parser_failure(self._next)
        return found

    def _name(self) -> str:
        if self._next.kind != "name" or not self._next.text.isidentifier():
            raise _parser_failure(self._next)
        return self._advance().text

    def query(self) -> Query:
        """The whole query."""
        table, steps = self._name(), []
        while self._take("|"):
            steps.append(self._step())
        self._take(";")
        if self._next.kind != "end":
            raise _parser_failure(self._next)
        return Query(table.lower(), tuple(steps))

    def _step(self) -> Step:
        token = self._next
        name = self._name().lower()
        if name == "where":
            return self._where()
        if name == "project":
            return self._project()
        if name in ("order", "sort"):
            return self._order()
        if name in ("limit", "take"):
            return self._limit()
        unknown = {**errors.NO_SUCH_LANGUAGE().body(), "line": -1, "characterPositionInLine": -1, "token": token.text}
        raise BadQuery(errors.INVALID_QUERY().body(), unknown)

    def _where(self) -> Step:
        condition = self._or()
        return lambda rows: [row for row in rows if condition(row)]

    def _or(self) -> Condition:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _and(self) -> Condition:
        parts = [self._condition()]
        while self._take("and"):
            parts.append(self._condition())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _condition(self) -> Condition:
        if self._take("("):
            return self._closed(self._or())
        if self._take("not"):
            self._expect("(")
            denied = self._closed(self._or())
            return lambda row: not denied(row)
        if test := self._take(*_TESTS):
            self._expect("(")
            check, value = _TESTS[test.text.lower()], self._value()
            return self._closed(lambda row: check(value(row)))
        return self._comparison()

    def _closed(self, condition: Condition) -> Condition:
        self._expect(")")
        return condition

    def _comparison(self) -> Condition:
        left = self._value()
        operator = self._expect(*OPERATORS, *LISTS).text.lower()
        if operator not in LISTS:
            return compared(left, operator, self._literal())
        self._expect("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        return self._closed(listed(left, operator, values))

    def _literal(self) -> str | float | bool:
        if self._next.kind in ("text", "number"):
            return self._advance().value
        return _CONSTANTS[self._expect(*_CONSTANTS).text.lower()]

    def _value(self) -> Value:
        """A column, something in it, or a function of that."""
        if function := self._take(*_FUNCTIONS):
            self._expect("(")
            inner, work = self._value(), _FUNCTIONS[function.text.lower()]
            self._expect(")")
            return lambda row: work(inner(row))
        return _at(self._path())

    def _path(self) -> tuple[str, ...]:
        path = [self._name()]
        while True:
            if self._take("."):
                path.append(self._name())
            elif self._take("["):
                if self._next.kind != "text":
                    raise _parser_failure(self._next)
                path.append(str(self._advance().value))
                self._expect("]")
            else:
                return tuple(path)

    def _project(self) -> Step:
        columns = [self._column()]
        while self._take(","):
            columns.append(self._column())
        return lambda rows: [{name: value(row) for name, value in columns} for row in rows]

    def _column(self) -> tuple[str, Value]:
        """A column of the answer: one of the row, something in one, which gets a name of its own, or a new one."""
        start = self._place
        if self._next.kind == "name" and self._tokens[start + 1].text == "=":
            name = self._name()
            self._expect("=")
            return name, self._value()
        if self._next.text.lower() in _FUNCTIONS:
            return f"Column{start}", self._value()
        path = self._path()
        return "_".join(path), _at(path)

    def _order(self) -> Step:
        self._expect("by")
        keys = [self._key()]
        while self._take(","):
            keys.append(self._key())

        def sort(rows: list[Row]) -> list[Row]:
            for value, backwards in reversed(keys):
                rows = sorted(rows, key=lambda row: text_of(value(row)), reverse=backwards)  # noqa: B023 - used at once
            return rows

        return sort

    def _key(self) -> tuple[Value, bool]:
        """The value to sort by, and whether backwards, which is the default."""
        value = self._value()
        direction = self._take("asc", "desc")
        return value, direction is None or direction.text.lower() == "desc"

    def _limit(self) -> Step:
        if self._next.kind != "number":
            raise _parser_failure(self._next)
        count = int(float(self._advance().text))
        return lambda rows: rows[:count]


def _at(path: tuple[str, ...]) -> Value:
    def value(row: Row) -> Any:
        found: Any = row
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    return value
