# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that are only collected, by ``test_option_cases.py``: what counts as the test of an option, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery

from tests.support.option_cases import OptionCase, exercise
from tests.support.options.gallery import CASES

DESCRIPTION = [case for case in CASES if case.option == "description"]
one_case = pytest.mark.parametrize("case", DESCRIPTION, ids=lambda case: case.option)


@one_case
def test_one_that_runs_it(tasks: Any, read: Any, case: OptionCase) -> None:
    exercise(tasks, gallery, {}, case, read)


@one_case
def test_one_that_does_not(tasks: Any, case: OptionCase) -> None:
    assert case.option


@pytest.mark.skip(reason="only an example")
@one_case
def test_one_that_is_skipped(tasks: Any, read: Any, case: OptionCase) -> None:
    exercise(tasks, gallery, {}, case, read)
