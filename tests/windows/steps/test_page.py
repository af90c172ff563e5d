# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/windows-steps.md is what this run has shown. It runs last."""

from __future__ import annotations

import pytest
from ansible.release import __version__

from tests.support.windows.steps import PAGE, PASSED, PROOFS, page, unproven


@pytest.fixture(scope="module")
def passed(request: pytest.FixtureRequest) -> set[str]:
    """The tests that passed in this run, of which all that can show a row must be a part."""
    selected = {item.nodeid.partition("[")[0] for item in request.session.items}
    if absent := sorted(set(PROOFS) - selected):
        pytest.skip(f"only a run of all tests in tests/windows shows every row; this one is without {', '.join(absent)}")
    return request.config.stash[PASSED]


def test_each_row_of_the_roles_is_shown_by_a_test(passed: set[str]) -> None:
    assert unproven(passed) == []


def test_the_documentation_names_the_core_on_which_plays_run() -> None:
    series = ".".join(__version__.split(".")[:2])
    assert f"ansible-core {series} and a simulated guest" in (PAGE.parent / "windows.md").read_text()


def test_the_page_is_what_this_run_has_shown(passed: set[str]) -> None:
    assert page(passed) == PAGE.read_text(), "run .venv/bin/python -m tests.windows.steps after this run"
