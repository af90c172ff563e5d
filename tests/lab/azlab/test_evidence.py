"""Every refusal of the lab has an evidence class: only errors from the tables of refusals are raised."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import azlab
import pytest
from azlab.arm.core.refusals import Refusal
from azlab.arm.tenant.sign_in_errors import TokenRefusal
from azlab.evidence import Evidence
from azlab.storage.refusals import BlobRefusal
from azlab.storage.vhd import VhdRefusal

ROOT = Path(inspect.getfile(azlab)).parent
SOURCES = sorted(ROOT.rglob("*.py"))
ROW = (Refusal, TokenRefusal, BlobRefusal, VhdRefusal)
# Files that may build an error by hand, and why: the classes whose rows do so when they are called; a fault, which a test asked for; a
# refusal that is carried from one plane to the other.
BY_HAND = {
    "arm/core/refusals.py": {"AzureError"},
    "arm/core/operations.py": {"AzureError"},
    "arm/compute/disks/get_access.py": {"AzureError"},
    "storage/refusals.py": {"Refused"},
    "storage/front.py": {"Refused"},
    "storage/vhd.py": {"VhdRefused"},
}


def name_of(path: Path) -> str:
    """A source file, named from the package's folder on."""
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file, with the last word of what is called."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def tables() -> list[ModuleType]:
    """Every module that makes a row of a table."""
    builders = {row.__name__ for row in ROW}
    found = [path for path in SOURCES if builders & {name for name, _ in calls(path)}]
    return [importlib.import_module(f"azlab.{name_of(path).removesuffix('.py').replace('/', '.')}") for path in found]


def rows(module: ModuleType) -> dict[str, object]:
    """The rows of a table, by the names under which the code calls them."""
    return {name: row for name, row in vars(module).items() if isinstance(row, ROW)}


@pytest.mark.parametrize("module", tables(), ids=lambda module: module.__name__)
def test_every_row_of_a_table_has_its_evidence(module: ModuleType) -> None:
    assert rows(module)
    assert all(isinstance(row.evidence, Evidence) for row in rows(module).values())  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", tables(), ids=lambda module: module.__name__)
def test_no_row_is_made_inside_a_function(module: ModuleType) -> None:
    """A row that a function makes has no name, so its evidence cannot be looked up."""
    source = Path(inspect.getfile(module))
    made = [name for name, _ in calls(source) if name in {row.__name__ for row in ROW}]
    assert len(made) == len(rows(module))


def test_the_tables_of_the_control_plane_are_in_files_named_errors() -> None:
    places = {name_of(Path(inspect.getfile(module))) for module in tables()}
    assert {each for each in places if each.startswith("arm/") and not each.endswith("errors.py")} == set()


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_refusal_comes_from_a_table(path: Path) -> None:
    made = {name for name, _ in calls(path) if name in ("AzureError", "Refused", "VhdRefused")}
    assert made <= BY_HAND.get(name_of(path), set())


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_answer_has_an_error_that_is_not_in_a_table(path: Path) -> None:
    """A body with `code` and `message` in plain words is a refusal without evidence."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Dict):
            entries = dict(zip((getattr(key, "value", None) for key in node.keys), node.values, strict=True))
            assert not isinstance(entries.get("code"), ast.Constant) or "message" not in entries or "level" in entries, ast.unparse(node)


def test_every_row_is_used() -> None:
    used = {name for path in SOURCES for name, _ in calls(path)}
    assert {name for module in tables() for name in rows(module)} - used == set()
