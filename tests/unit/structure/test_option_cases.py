# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every leaf option of a module with a table of cases has a case, or names the lab test that covers it."""

from __future__ import annotations

import ast
import importlib

import pytest

from tests.support.option_cases import leaf_options
from tests.support.tree import COLLECTION, MODULE_UTILS, ROOT, tracked

TABLES = [path.stem for path in tracked("tests/support/options/*.py")]
CREDENTIALS = set(importlib.import_module(f"{MODULE_UTILS}._ansible.arguments").AZURE)


def lab_tests(module: str) -> set[str]:
    """The names of the lab tests of a module."""
    tree = ast.parse((ROOT / "tests" / "lab" / "modules" / f"test_{module}.py").read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_there_are_tables() -> None:
    assert {"gallery", "gallery_image"} <= set(TABLES)


@pytest.mark.parametrize("module", TABLES)
def test_every_option_has_a_case_or_a_test(module: str) -> None:
    spec = importlib.import_module(f"{COLLECTION}.plugins.modules.{module}").ARGUMENTS["argument_spec"]
    table = importlib.import_module(f"tests.support.options.{module}")
    covered = {case.option for case in table.CASES} | table.ELSEWHERE.keys()
    assert covered == set(leaf_options(spec)) - CREDENTIALS


@pytest.mark.parametrize("module", TABLES)
def test_the_tests_that_a_table_names_exist(module: str) -> None:
    table = importlib.import_module(f"tests.support.options.{module}")
    assert set(table.ELSEWHERE.values()) <= lab_tests(module)
