# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the options of modules, and which test holds each option.

A table has ``CASES``; ``ELSEWHERE``, which names a lab test for each option without a stored value of its own; ``TESTS``, the files with
these tests; and ``WITHIN`` if it is about the suboptions of one option only.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.support.option_cases import leaf_options
from tests.support.tree import COLLECTION, ROOT, tracked

LAB_TESTS = "tests/lab/modules"


def tables() -> dict[str, ModuleType]:
    """The tables by the names of their modules."""
    names = [path.stem for path in tracked("tests/support/options/*.py")]
    return {name: importlib.import_module(f"tests.support.options.{name}") for name in names}


def options_of(module: str, table: ModuleType) -> list[str]:
    """The leaf options of a module that its table must be about."""
    spec = importlib.import_module(f"{COLLECTION}.plugins.modules.{module}").ARGUMENTS["argument_spec"]
    within = getattr(table, "WITHIN", "")
    return [option for option in leaf_options(spec) if option.startswith(f"{within}." if within else "")]


def collect(folder: Path, tests: str = LAB_TESTS) -> list[dict[str, str]]:
    """The lab tests of modules, or other ones, with the case that each runs; pytest collects them in a process of its own."""
    file = folder / "collected.json"
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tests.support.collected_cases", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, tests],
        cwd=ROOT,
        env={**os.environ, "COLLECTED_TESTS": str(file), "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lab")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    rows: list[dict[str, str]] = json.loads(file.read_text())
    return rows


def holders(
    module: str, options: Iterable[str], table: Any, shared: Mapping[str, str], collected: Iterable[Mapping[str, str]]
) -> dict[str, str | None]:
    """The test of each option; None for an option that none holds. Only a test that was collected counts."""
    rows = list(collected)
    cases = {row["option"]: row["test"] for row in rows if row.get("module") == module}
    names = {row["test"].partition("[")[0] for row in rows}
    elsewhere = {
        option: f"{LAB_TESTS}/{file}::{name}"
        for option, name in table.ELSEWHERE.items()
        for file in table.TESTS
        if f"{LAB_TESTS}/{file}::{name}" in names
    }
    known = {**shared, **elsewhere, **cases}
    return {option: known.get(option) for option in options}
