# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that writes the collected tests to the file in COLLECTED_TESTS, with the case of an option that each runs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from tests.support.option_cases import OptionCase, exercise
from tests.support.option_tables import tables

FILE = "COLLECTED_TESTS"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write a row for each test that would run."""
    known = tables()
    rows = [_row(item, known) for item in session.items if isinstance(item, pytest.Function) and not _is_skipped(item)]
    Path(os.environ[FILE]).write_text(json.dumps(rows))


def _row(item: pytest.Function, known: dict[str, ModuleType]) -> dict[str, str]:
    """The test and, if it runs a case of a table, its module and option."""
    found = {"test": item.nodeid}
    case = item.callspec.params.get("case") if hasattr(item, "callspec") else None
    if isinstance(case, OptionCase) and _exercises(item.function):
        owner = next((name for name, table in known.items() if any(case is each for each in table.CASES)), "")
        found |= {"module": owner, "option": case.option}
    return found


def _exercises(function: Any) -> bool:
    """Whether a test calls ``exercise``."""
    return isinstance(function, FunctionType) and "exercise" in function.__code__.co_names and function.__globals__["exercise"] is exercise


def _is_skipped(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("skip", "xfail"))
