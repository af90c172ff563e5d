# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``marketplace_terms``. None has a stored value of its own: together they name the terms and whether these are accepted."""

from __future__ import annotations

from tests.support.option_cases import OptionCase

CASES: list[OptionCase] = []
TESTS = ("test_marketplace_terms.py",)
ELSEWHERE = {
    "publisher": "test_an_unknown_plan_is_named",
    "offer": "test_an_unknown_plan_is_named",
    "plan": "test_an_unknown_plan_is_named",
    "state": "test_accept_repeat_and_take_back",
    "wait_timeout": "test_a_task_ends_at_its_time_limit",
}
