# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the defects of azure.azcollection is complete, and the tests that it names exist."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import yaml

from tests.support.tree import ROOT

TABLE = ROOT / "tests" / "azcollection_defects.yml"
DEFECTS: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text())
COUNT = 37
MOST_THAT_CANNOT_OCCUR = 8


def missing(test: str) -> bool:
    """Whether a test, given as file::function, does not exist."""
    path, _, name = test.partition("::")
    file = ROOT / path
    functions = ast.walk(ast.parse(file.read_text())) if file.is_file() else ()
    return not any(isinstance(node, ast.FunctionDef) and node.name == name for node in functions)


def test_every_defect_has_one_row() -> None:
    assert [row["number"] for row in DEFECTS] == list(range(1, COUNT + 1))


@pytest.mark.parametrize("row", DEFECTS, ids=lambda row: str(row["number"]))
def test_a_row_names_a_test_that_exists_or_the_reason_why_the_defect_cannot_occur(row: dict[str, Any]) -> None:
    assert row.keys() - {"test", "cannot"} == {"number", "module", "defect"}
    assert len(row.keys() & {"test", "cannot"}) == 1
    assert row.get("cannot", "a reason")
    assert row.get("test") is None or not missing(row["test"])


def test_few_defects_are_called_impossible() -> None:
    assert sum("cannot" in row for row in DEFECTS) <= MOST_THAT_CANNOT_OCCUR


@pytest.mark.parametrize(
    ("test", "absent"),
    [
        ("tests/unit/structure/test_azcollection_defects.py::test_every_defect_has_one_row", False),
        ("tests/unit/structure/test_azcollection_defects.py::test_nothing", True),
        ("tests/unit/structure/test_nowhere.py::test_every_defect_has_one_row", True),
        ("tests/unit/structure/test_azcollection_defects.py", True),
    ],
)
def test_a_missing_test_is_noticed(test: str, absent: bool) -> None:
    assert missing(test) is absent
