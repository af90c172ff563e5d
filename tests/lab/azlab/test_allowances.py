# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the lab allows has its evidence; each unknown has a switch, which tests use in both positions."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import azlab
import pytest
from azlab import faults
from azlab.allowances import ALLOWANCES, Allowance
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.gallery_images import errors as image_definition_errors
from azlab.arm.compute.gallery_versions import errors as version_errors
from azlab.arm.compute.gallery_versions import source_errors
from azlab.evidence import Evidence

ROOT = Path(inspect.getfile(azlab)).parent
LAB_TESTS = Path(__file__).parents[1]
SOURCES = {path: path.read_text() for path in ROOT.rglob("*.py")}
TESTS = {path: path.read_text() for path in LAB_TESTS.rglob("test_*.py") if path != Path(__file__)}
UNKNOWN = [each for each in ALLOWANCES if each.evidence is Evidence.UNKNOWN]


def name_of(allowance: Allowance) -> str:
    return allowance.switch or allowance.what


@pytest.mark.parametrize("allowance", ALLOWANCES, ids=name_of)
def test_an_allowance_names_its_file_and_its_source(allowance: Allowance) -> None:
    assert (ROOT / allowance.place).is_file()
    if allowance.evidence in (Evidence.DOCUMENTED, Evidence.ISSUE):
        assert allowance.source.startswith("https://")
    assert bool(allowance.source) == (allowance.evidence in (Evidence.DOCUMENTED, Evidence.ISSUE, Evidence.RECORDED))


@pytest.mark.parametrize("allowance", ALLOWANCES, ids=name_of)
def test_the_readme_of_the_lab_lists_it(allowance: Allowance) -> None:
    rows = [line for line in (ROOT.parent / "README.md").read_text().splitlines() if line.startswith(f"| {allowance.what} |")]
    assert len(rows) == 1
    assert f"| {allowance.evidence.value} |" in rows[0]
    assert f"`{allowance.switch}`" in rows[0] if allowance.switch else True


@pytest.mark.parametrize("allowance", UNKNOWN, ids=name_of)
def test_what_is_unknown_has_a_switch_that_the_lab_reads_and_tests_use_in_both_positions(allowance: Allowance) -> None:
    assert allowance.switch in faults._SWITCHES
    assert allowance.switch in SOURCES[ROOT / allowance.place]
    used = [text for text in TESTS.values() if f'switched("{allowance.switch}"' in text]
    assert any(re.search(r"\[False, True\]|on=False|, False\)", text) for text in used)


def test_every_switch_belongs_to_something_unknown() -> None:
    assert {each.switch for each in UNKNOWN} == set(faults._SWITCHES) - {"throughput"}


def test_every_refusal_that_is_unknown_belongs_to_a_switch() -> None:
    known = {**vars(disk_errors), **vars(image_definition_errors), **vars(version_errors), **vars(source_errors)}
    refusals = {name for name, row in known.items() if getattr(row, "evidence", None) is Evidence.UNKNOWN}
    assert refusals == {
        *("SECOND_WRITE", "PATCH_UPLOAD", "STANDARD_SECURITY_TYPE", "KEPT_REGION_UNSAID", "BEING_WRITTEN", "FAILED_BEFORE"),
        *("SECURITY_KIND", "SECURITY_MISMATCH", "BUSY_SOURCE"),
    }
