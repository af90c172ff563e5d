# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``marketplace_terms_info``, which stores nothing."""

from __future__ import annotations

from tests.support.option_cases import OptionCase

CASES: list[OptionCase] = []
TESTS = ("test_marketplace_terms_info.py",)
ELSEWHERE = {
    "publisher": "test_the_terms_of_a_plan_are_read",
    "offer": "test_the_terms_of_a_plan_are_read",
    "plan": "test_the_terms_of_a_plan_are_read",
    "image": "test_the_terms_of_an_image_are_those_of_its_plan",
    "location": "test_the_terms_of_an_image_are_those_of_its_plan",
}
