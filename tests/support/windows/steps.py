# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented steps and checks of the Windows roles, and the tests that have shown their effect: docs/windows-steps.md.

The rows are read from the roles themselves: the tables in their vars, and the rules of the preflight. A row is shown by a test that passed
and whose parameter is the id of the row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.preflight import (
    BACKUP,
    EXTENSIONS,
    RULES,
    TRACES,
    VHD,
)

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "windows-steps.md"
FILE = ROOT / "build" / "windows-steps.json"
PASSED = pytest.StashKey[set[str]]()
"""The node ids of the tests that passed, which tests/windows/conftest.py keeps."""
PREPARE, PREFLIGHT, GENERALIZE = "windows_prepare", "windows_preflight", "windows_generalize"
PROOFS = {
    "tests/windows/plays/test_windows_prepare.py::test_step": PREPARE,
    "tests/windows/plays/test_windows_prepare.py::test_check": PREPARE,
    "tests/windows/plays/test_windows_prepare.py::test_manual_step": PREPARE,
    "tests/windows/mutations/test_mutations.py::test_check_fires": PREFLIGHT,
    "tests/windows/mutations/test_mutations.py::test_check_of_the_controller": PREFLIGHT,
    "tests/windows/scripts/generalize/test_traces.py::test_a_trace_is_found_and_removed_and_nothing_else": GENERALIZE,
}
"""Tests that show the effect of one row, which is their parameter, and the role that has the row."""
_NODE = re.compile(r"(?P<test>[^\[]+)\[(?P<id>\w+)\]")
_DOUBT = re.compile(r"\[[KT]\b|not verified")
HEAD = """# Documented steps and checks for Windows

Generated from the roles and from the tests that passed: change the roles, run all tests in `tests/windows`, and then
`.venv/bin/python -m tests.windows.steps`. A test compares this page with its own run.

Each row was tried by its effect on a simulated guest in which only this row is wrong, never on Windows: see [windows.md](windows.md).

- `set`: `windows_prepare` carries it out. `check`: it is read and reported, and not changed. `manual`: only a person can do it, and the
  role says so.
- `block`: `windows_preflight` can forbid Sysprep because of it, also if the question could not be answered. `warn`: it does not forbid it.
- `remove`: `windows_generalize` removes it.

*not verified* marks a row of which the role itself says so. The other sources are pages of Microsoft, or the public reports and projects
that they name.
"""


@dataclass(frozen=True)
class Step:
    """A row of a role: its id, its kind, the reason for it, and the document that it is from."""

    role: str
    id: str
    kind: str
    what: str
    source: str
    verified: bool


def steps() -> Iterator[Step]:
    """All rows, by role and in the order of the role."""
    for table in _tables(PREPARE, "vars/main/*.yml"):
        for row in table:
            yield _step(PREPARE, row, row["kind"], f"{row['what']} {row['reason']}" if "what" in row else row["reason"])
    yield Step(PREFLIGHT, BACKUP, "block", "the machine has a backup", "docs/decisions/backup.md", True)
    for rule in RULES:
        yield Step(PREFLIGHT, rule.id, "block" if rule.forbids else "warn", rule.fine, rule.source, True)
    yield Step(PREFLIGHT, EXTENSIONS, "warn", "the VM has no extensions", VHD, True)
    yield Step(
        PREFLIGHT, TRACES, "warn", "all that identifies the machine was looked for", "roles/windows_generalize/vars/traces.yml", True
    )
    for table in _tables(GENERALIZE, "vars/traces.yml"):
        for row in table:
            yield _step(GENERALIZE, row, "remove", row["reason"])


def _tables(role: str, pattern: str) -> Iterator[list[dict[str, Any]]]:
    for file in sorted((ROOT / "roles" / role).glob(pattern)):
        for value in yaml_load(file.read_text()).values():
            if isinstance(value, list) and all(isinstance(row, dict) and "id" in row for row in value):
                yield value


def _step(role: str, row: dict[str, Any], kind: str, what: str) -> Step:
    source = str(row["source"])
    return Step(role, row["id"], kind, " ".join(what.split()), source.split(" ")[0], not _DOUBT.search(f"{what} {source}"))


def proven(passed: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """The tests that have shown each row, from the node ids of tests that passed."""
    found: dict[tuple[str, str], list[str]] = {}
    for node in sorted(passed):
        match = _NODE.fullmatch(node)
        if match and match["test"] in PROOFS:
            found.setdefault((PROOFS[match["test"]], match["id"]), []).append(match["test"])
    return found


def unproven(passed: Iterable[str]) -> list[str]:
    """The rows that no test has shown."""
    found = proven(passed)
    return [f"{step.role}: {step.id}" for step in steps() if (step.role, step.id) not in found]


def page(passed: Iterable[str]) -> str:
    """The page for these tests."""
    found = proven(passed)
    parts = [HEAD]
    for role in (PREPARE, PREFLIGHT, GENERALIZE):
        parts.append(f"\n## {role}\n\n| id | kind | what for | source | shown by |\n| --- | --- | --- | --- | --- |\n")
        parts += [f"| {' | '.join(_cells(step, found.get((role, step.id), [])))} |\n" for step in steps() if step.role == role]
    return "".join(parts)


def _cells(step: Step, tests: Sequence[str]) -> Iterator[str]:
    yield f"`{step.id}`"
    yield step.kind
    yield step.what.replace("|", "\\|") + ("" if step.verified else " *not verified*")
    yield f"[{step.source.split('/')[2]}]({step.source})" if "://" in step.source else f"`{step.source}`"
    yield ", ".join(f"`{test.rpartition('/')[2]}`" for test in tests) or "**no test**"


def write(passed: Iterable[str]) -> None:
    """Write build/windows-steps.json, from which the page can be written."""
    nodes = sorted(node for node in passed if node.partition("[")[0] in PROOFS)
    found = proven(nodes)
    rows = [{**asdict(step), "shown_by": found.get((step.role, step.id), [])} for step in steps()]
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({"passed": nodes, "rows": rows}, indent=1) + "\n")
