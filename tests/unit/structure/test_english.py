# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain English: a list of words and phrases that must not appear in documentation, task names, errors, comments and docstrings.

A word list cannot judge a sentence. It keeps out the words that made earlier texts hard to read for people who were new to the project.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.support.tree import ROOT, tracked


@dataclass(frozen=True)
class Rule:
    """A phrase to avoid, and what to write instead. A match whose group `fine` matched is accepted."""

    pattern: re.Pattern[str]
    instead: str

    @classmethod
    def of(cls, pattern: str, instead: str) -> Rule:
        """A rule for a pattern in which a space stands for any white space."""
        return cls(re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE), instead)


RULES = (
    Rule.of(r"\bdeeds?\b", "operation, action"),
    Rule.of(r"\b(re)?told\b", "given, named, reported"),
    Rule.of(r"\bfore(see|sees|seen|saw|told)\b", "check mode, predict"),
    Rule.of(r"\bbeside\b", "next to, in addition to, and"),
    Rule.of(r"\banew\b", "again, replace"),
    Rule.of(r"\bnobody\b", "no one, or name who"),
    Rule.of(r"\bwhoever\b", "anyone who, or name who"),
    Rule.of(r"\bso long\b", "while, as long as"),
    Rule.of(r"\b(one|object|entry) a line\b", "one per line"),
    Rule.of(
        r"(?P<fine>\bthere )?\b(is|are|was|were) no\b(?! (longer|more|fewer|less|later|earlier)\b)",
        "is not a; 'there is no' is fine",
    ),
    # "The whole file" is ordinary English, so the word is found as a predicate only: `once the disk is whole`.
    Rule.of(r"\b(is|are|was|were|be|been|being|looks?|stays?|stayed) whole\b", "complete"),
)
# Whether the rest of such a first line makes a sentence cannot be judged by a pattern, so all of them are found.
OPENING = Rule.of(r"\A\s*(What|Those that|Who|Where)\b", "a sentence or a noun phrase with a subject: 'The tags that ...'")
# Texts that are quoted: path and phrase, and whose words they are.
QUOTED: dict[tuple[str, str], str] = {}

CODE = re.compile(r"`+[^`\n]*`+|\b(?:[CEFLMOPUV]|RV)\([^)]*\)|{{.*?}}|{%.*?%}", re.DOTALL)
DOCUMENTED = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
WORDS_OF_A_SENTENCE = 4


@dataclass(frozen=True)
class Text:
    """A piece of prose: the line on which it begins, and what it is."""

    line: int
    kind: str
    text: str


def faults(texts: Iterable[Text]) -> list[str]:
    """A sentence for each match of a rule."""
    return [
        f"line {line_of(text, found)}: {text.kind}: {phrase(found)!r}; write: {rule.instead}"
        for text in texts
        for rule in (*RULES, *([OPENING] if text.kind == "docstring" else []))
        for found in rule.pattern.finditer(CODE.sub(lambda code: re.sub(r"\S", "-", code[0]), text.text))
        if not found.groupdict().get("fine")
    ]


def line_of(text: Text, found: re.Match[str]) -> int:
    """The line on which a match begins, in the file."""
    begin = found.end() - len(found[0].lstrip())
    return text.line + text.text.count("\n", 0, begin)


def phrase(found: re.Match[str]) -> str:
    return " ".join(found[0].split())


# --- Python


def python_texts(source: str, every_string: bool) -> list[Text]:
    """The comments, docstrings, error sentences, documentation and names of tests in Python code; with ``every_string`` all sentences."""
    return [*comments(source), *sorted(literals(ast.parse(source), every_string), key=lambda text: text.line)]


def comments(source: str) -> Iterator[Text]:
    """Comments; those on consecutive lines are one text."""
    begun, lines = 0, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        if lines and token.start[0] != begun + len(lines):
            yield Text(begun, "comment", "\n".join(lines))
            lines = []
        begun = begun if lines else token.start[0]
        lines.append(token.string.lstrip("# "))
    if lines:
        yield Text(begun, "comment", "\n".join(lines))


def literals(tree: ast.AST, every_string: bool) -> Iterator[Text]:
    """The prose in a syntax tree."""
    seen = set[ast.AST]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            seen.add(node.value)
            yield Text(node.lineno, "docstring", node.value.value)
        elif isinstance(node, ast.Assign) and DOCUMENTED & {target.id for target in node.targets if isinstance(target, ast.Name)}:
            seen.add(node.value)
            yield from strings(node.value, "documentation")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield Text(node.lineno, "test name", node.name.replace("_", " "))
        elif isinstance(node, ast.Raise) and node.exc is not None:
            seen.add(node.exc)
            yield from strings(node.exc, "error")
    if every_string:
        yield from (text for text in strings(tree, "string", seen) if len(text.text.split()) >= WORDS_OF_A_SENTENCE)


def strings(node: ast.AST, kind: str, without: Iterable[ast.AST] = ()) -> Iterator[Text]:
    """The string literals below a node, each f-string as one with a dash for each value; keys in brackets are not prose."""
    if node in without:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield Text(node.lineno, kind, node.value)
    elif isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "-" for part in node.values)
        yield Text(node.lineno, kind, "".join(map(str, parts)))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from strings(part.value, kind, without)
    else:
        for below in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.Subscript) and below is node.slice):
                yield from strings(below, kind, without)


# --- YAML


def yaml_texts(source: str) -> list[Text]:
    """The names of tasks and plays, their messages, and the descriptions of options in a YAML file."""
    return [text for document in yaml.compose_all(source) if document is not None for text in below(document)]


KINDS = {
    "name": "task name",
    "fail_msg": "error",
    "success_msg": "message",
    "msg": "message",
    "description": "description",
    "short_description": "description",
}


def below(node: yaml.Node, kind: str | None = None) -> Iterator[Text]:
    """The prose in a YAML node; ``kind`` is that of the key whose value it is."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from below(value, KINDS.get(str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from below(value, kind)
    elif kind is not None:
        yield Text(node.start_mark.line + 1, kind, str(node.value))


# --- files


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def markdown_texts(source: str) -> list[Text]:
    """The paragraphs, lists and tables of a page; indented lines are code."""
    return [Text(1, "page", "\n".join("" if line.startswith("    ") else line for line in source.split("\n")))]


def texts_of(path: Path) -> list[Text]:
    """The prose in one file."""
    if path.suffix == ".md":
        return markdown_texts(path.read_text())
    if path.suffix == ".py":
        return python_texts(path.read_text(), every_string=path.relative_to(ROOT).parts[0] in ("plugins", "roles"))
    return yaml_texts(path.read_text())


def faults_of(path: Path) -> list[str]:
    """The faults in one file, except in quotations."""
    quoted = [phrase for place, phrase in QUOTED if place == name_of(path)]
    return [fault for fault in faults(texts_of(path)) if not any(f"{phrase!r}" in fault for phrase in quoted)]


FILES = [
    *tracked("plugins/*.py", "lab/*.py", "demo/*.py", "scripts/*.py", "tests/*.py", "roles/*.py", "extensions/*.py"),
    *tracked("roles/*.yml", "playbooks/*.yml", "extensions/*.yml", "demo/*.yml"),
    *tracked("*.md"),
]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_in_plain_english(path: Path) -> None:
    assert faults_of(path) == []


def test_a_quotation_is_still_there() -> None:
    for place, quoted in QUOTED:
        assert any(f"{quoted!r}" in fault for fault in faults(texts_of(ROOT / place)))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("# one a line\n", "line 1: comment: 'one a line'"),
        ("x = 1\n# kept so\n# long as it stays\n", "line 2: comment: 'so long'"),
        ("def f():\n    '''Refuse what is no\n    account.'''\n", "line 2: docstring: 'is no'"),
        ("x = 1\n'''Made anew.'''\n", "line 2: docstring: 'anew'"),
        ("'''What the task asks for.'''\n", "line 1: docstring: 'What'"),
        ("class A:\n    '''\n    Those that match.\n    '''\n", "line 3: docstring: 'Those that'"),
        ("'''Where the disk is.'''\n", "line 1: docstring: 'Where'"),
        ("'''The disk, once it is whole.'''\n", "line 1: docstring: 'is whole'"),
        ("raise ValueError(f'{name} is no disk')\n", "line 1: error: 'is no'"),
        ("raise absent(name, facts(f'{a}', 'as it was told'))\n", "line 1: error: 'told'"),
        ("raise A(f'{x if y else \"beside it\"}')\n", "line 1: error: 'beside'"),
        ("DOCUMENTATION = '''\nmodule: a\ndescription: Nobody sees it.\n'''\n", "line 3: documentation: 'Nobody'"),
        ("class A:\n    DOCUMENTATION = 'For whoever asks.'\n", "line 2: documentation: 'whoever'"),
        ("def test_the_deed_is_named(): ...\n", "line 1: test name: 'deed'"),
        ("reason = 'its group was told too'\n", "line 1: string: 'told'"),
    ],
)
def test_a_fault_in_python_is_found(code: str, fault: str) -> None:
    assert [found.partition(";")[0] for found in faults(python_texts(code, every_string=True))][:1] == [fault]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- name: Refuse what is no account\n", "line 1: task name: 'is no'"),
        ("- hosts: all\n  tasks:\n    - name: Foresee the end\n", "line 3: task name: 'Foresee'"),
        ("- block:\n    - fail_msg: >-\n        {{ host }} was told\n", "line 2: error: 'told'"),
        ("options:\n  a:\n    description:\n      - Fine.\n      - Beside it.\n", "line 5: description: 'Beside'"),
    ],
)
def test_a_fault_in_yaml_is_found(text: str, fault: str) -> None:
    assert [found.partition(";")[0] for found in faults(yaml_texts(text))] == [fault]


def test_a_fault_in_a_page_is_found() -> None:
    assert [found.partition(";")[0] for found in faults(markdown_texts("# A\n\n    told\n\n`told`\nTold.\n"))] == ["line 6: page: 'Told'"]


@pytest.mark.parametrize(
    "code",
    [
        "# there is no such disk, and it is no longer needed; indeed, besides that, a whole number of MiB\n",
        "'''The deadline, if there\n    is no other.'''\n",
        "'''Whether `foresee` or ``told`` is set.'''\n",
        "raise ValueError(facts['deed'])\n",
        "told = 'beside'\n",
    ],
)
def test_plain_english_and_code_are_accepted(code: str) -> None:
    assert faults(python_texts(code, every_string=True)) == []
