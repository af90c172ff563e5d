# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the defects of azure.azcollection is complete, and the tests that it names exist."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.tree import ROOT, has_test

TABLE = ROOT / "tests" / "azcollection_defects.yml"
DEFECTS: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text())
COUNT = 37
MOST_THAT_CANNOT_OCCUR = 8


def test_every_defect_has_one_row() -> None:
    assert [row["number"] for row in DEFECTS] == list(range(1, COUNT + 1))


@pytest.mark.parametrize("row", DEFECTS, ids=lambda row: str(row["number"]))
def test_a_row_names_a_test_that_exists_or_the_reason_why_the_defect_cannot_occur(row: dict[str, Any]) -> None:
    assert row.keys() - {"tests", "cannot"} == {"number", "module", "defect"}
    assert len(row.keys() & {"tests", "cannot"}) == 1
    assert row.get("cannot") or row.get("tests")
    assert [test for test in row.get("tests", ()) if not has_test(test)] == []


def test_few_defects_are_called_impossible() -> None:
    assert sum("cannot" in row for row in DEFECTS) <= MOST_THAT_CANNOT_OCCUR


@pytest.mark.parametrize(
    ("test", "there"),
    [
        ("tests/unit/structure/test_azcollection_defects.py::test_every_defect_has_one_row", True),
        ("tests/unit/structure/test_azcollection_defects.py::test_nothing", False),
        ("tests/unit/structure/test_nowhere.py::test_every_defect_has_one_row", False),
        ("tests/unit/structure/test_azcollection_defects.py", False),
    ],
)
def test_a_missing_test_is_noticed(test: str, there: bool) -> None:
    assert has_test(test) is there
