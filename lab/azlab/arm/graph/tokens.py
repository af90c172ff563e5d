"""The words of a query, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from azlab.arm.core.json import Json

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<number>-?\d+(?:\.\d+)?\b)
    |(?P<name>!?[A-Za-z_][A-Za-z0-9_]*~?)
    |(?P<sign>=~|!~|==|!=|<=|>=|[|(),.=<>;\[\]])""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class Token:
    """A word: `kind` is text, number, name, sign, bad or end."""

    kind: str
    text: str
    line: int
    column: int

    @property
    def value(self) -> str | float:
        """The text or number that a literal stands for."""
        if self.kind == "number":
            return float(self.text)
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), self.text[1:-1])

    @property
    def place(self) -> Json:
        """The place of the word, as a refusal shows it."""
        return {"line": self.line, "characterPositionInLine": self.column, "token": self.text or "<EOF>"}


def tokens_of(query: str) -> list[Token]:
    """The words of a query up to a character that begins none, with one for the end."""
    found, place, line, begin = [], 0, 1, 0
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None:
            found.append(Token("bad", query[place:].split("\n")[0], line, place - begin))
            break
        kind, text = str(match.lastgroup), match[0]
        if kind != "space":
            found.append(Token(kind, text, line, place - begin))
        if "\n" in text:
            line += text.count("\n")
            begin = place + text.rindex("\n") + 1
        place = match.end()
    return [*found, Token("end", "", line, place - begin)]
