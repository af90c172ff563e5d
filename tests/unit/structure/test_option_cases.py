# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every leaf option of the modules for galleries and images is held by a test that exists; build/options.json says by which."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.support.option_cases import REFUSED, OptionCase
from tests.support.option_tables import collect, holders, options_of, tables
from tests.support.shared_options import SHARED
from tests.support.tree import ROOT, has_test

TABLES = tables()
WRITTEN = ROOT / "build" / "options.json"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    return collect(tmp_path_factory.mktemp("collected"))


def test_there_are_tables() -> None:
    names = {"gallery", "gallery_image", "gallery_image_version", "image", "image_capture", "image_info", "image_upload"}
    assert set(TABLES) == names


def test_every_option_has_a_test(collected: list[dict[str, str]]) -> None:
    found = {name: holders(name, options_of(name, table), table, SHARED, collected) for name, table in TABLES.items()}
    untested = [f"{name}.{option}" for name, options in found.items() for option, test in options.items() if test is None]
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps({"options": found, "untested": untested}, indent=2) + "\n")
    assert untested == []


@pytest.mark.parametrize(("name", "table"), TABLES.items(), ids=TABLES)
def test_a_table_has_no_option_that_the_module_lacks(name: str, table: ModuleType) -> None:
    named = [case.option for case in table.CASES] + list(table.ELSEWHERE)
    assert set(named) <= set(options_of(name, table))
    assert len(named) == len(set(named))


def test_the_tests_of_shared_options_exist() -> None:
    assert [test for test in SHARED.values() if not has_test(test)] == []


CASE = OptionCase("size", 1, 2, REFUSED, "properties.size")
TABLE = SimpleNamespace(CASES=[CASE], ELSEWHERE={"name": "test_names"}, TESTS=("test_x.py",))
BY_CASE = {"test": "tests/lab/modules/test_x.py::test_options[size]", "module": "x", "option": "size"}
BY_NAME = {"test": "tests/lab/modules/test_x.py::test_names[a]"}


@pytest.mark.parametrize(
    ("rows", "untested"),
    [
        ([BY_CASE, BY_NAME], []),
        ([BY_NAME], ["size"]),
        ([BY_CASE], ["name"]),
        ([{**BY_CASE, "module": "y"}, BY_NAME], ["size"]),
        ([{"test": BY_CASE["test"]}, BY_NAME], ["size"]),
        ([BY_CASE, {"test": "tests/lab/modules/test_y.py::test_names"}], ["name"]),
    ],
)
def test_an_option_whose_test_is_not_collected_is_untested(rows: list[dict[str, str]], untested: list[str]) -> None:
    found = holders("x", ["name", "size", "tenant"], TABLE, {"tenant": "elsewhere"}, rows)
    assert [option for option, test in found.items() if test is None] == untested


def test_only_a_test_that_runs_the_case_counts(tmp_path: Path) -> None:
    """A test with a case as its parameter that does not exercise it, or that is skipped, has no row with an option."""
    rows = collect(tmp_path, "tests/unit/structure/sample_options.py")
    assert [(row["test"].partition("::")[2], row.get("option")) for row in rows] == [
        ("test_one_that_runs_it[description]", "description"),
        ("test_one_that_does_not[description]", None),
    ]
