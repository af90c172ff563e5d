"""Every refusal of the lab says how we know it: no error is raised that no classified table holds."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import azlab
import pytest
from azlab.arm.compute import errors
from azlab.arm.network import errors as network_errors
from azlab.arm.tenant import identity
from azlab.evidence import Evidence
from azlab.storage import refusals, vhd

SOURCES = sorted(Path(inspect.getfile(azlab)).parent.rglob("*.py"))
TABLES = {
    errors: errors.Refusal,
    network_errors: errors.Refusal,
    identity: identity.TokenRefusal,
    refusals: refusals.BlobRefusal,
    vhd: vhd.VhdRefusal,
}
BUILDERS = {"Refusal", "TokenRefusal", "BlobRefusal", "VhdRefusal"}
# Who may build an answer by hand, and why: the table that does so when it is called; a fault, which a test asked for; a refusal that is
# carried from one plane to the other.
BY_HAND = {
    "errors.py": {"AzureError"},
    "refusals.py": {"Refused"},
    "vhd.py": {"VhdRefused"},
    "operations.py": {"AzureError"},
    "access.py": {"AzureError"},
    "front.py": {"Refused"},
}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file, with the last word of what is called."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


@pytest.mark.parametrize("module", TABLES, ids=lambda module: module.__name__)
def test_every_row_of_a_table_has_its_evidence(module: object) -> None:
    rows = [row for row in vars(module).values() if isinstance(row, TABLES[module])]  # type: ignore[index]
    assert rows
    assert all(isinstance(row.evidence, Evidence) for row in rows)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_refused_past_the_tables(path: Path) -> None:
    made = {name for name, _ in calls(path) if name in ("AzureError", "Refused", "VhdRefused")}
    assert made <= BY_HAND.get(path.name, set())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_answer_carries_an_error_that_is_written_where_it_is_sent(path: Path) -> None:
    """A body with `code` and `message` in plain words is a refusal without evidence."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Dict):
            entries = dict(zip((getattr(key, "value", None) for key in node.keys), node.values, strict=True))
            assert not isinstance(entries.get("code"), ast.Constant) or "message" not in entries or "level" in entries, ast.unparse(node)


def test_every_row_is_used() -> None:
    used = {name for path in SOURCES for name, _ in calls(path)}
    rows = {name for module, kind in TABLES.items() for name, row in vars(module).items() if isinstance(row, kind)}
    assert rows - used == set()
