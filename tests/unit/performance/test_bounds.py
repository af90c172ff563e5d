# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic of `make bench-listing`."""

import pytest

from tests.performance import bounds
from tests.performance.bounds import Pair, Row, Sample


def test_the_median_counts():
    row = Row("", "s", (9.0, 1.0, 2.0), 2.0, "")
    assert (row.measured, row.holds) == (2.0, True)


@pytest.mark.parametrize(("value", "at_most", "at_least"), [(1.9, True, False), (2.0, True, True), (2.1, False, True)])
def test_a_bound_is_a_maximum_or_a_minimum(value, at_most, at_least):
    assert Row("", "s", (value,), 2.0, "").holds is at_most
    assert Row("", "s", (value,), 2.0, "", at_least=True).holds is at_least


@pytest.mark.parametrize(("calls", "seconds"), [(0, 0), (250, 0), (251, 0.04), (4000, 150)])
def test_the_budget_allows_250_calls_at_once_and_25_per_second(calls, seconds):
    assert bounds.budget_seconds(calls) == pytest.approx(seconds)


def test_a_named_list_is_bound_by_az():
    calls, time = bounds.named([Sample(3, 30), Sample(1, 30)], [Sample(4, 31), Sample(6, 31)])
    assert (calls.measured, calls.bound, calls.holds) == (30, 31, True)
    assert (time.measured, time.bound, time.holds) == (2, 5, True)


def test_a_walk_is_bound_by_the_catalogue_and_the_budget():
    calls, time, lines, refused = bounds.walked([Sample(170, 4020, 20, 30)], 3999)
    assert (calls.measured, calls.holds) == (4000, False)
    assert (time.bound, time.holds) == (pytest.approx(165), False)
    assert lines.holds
    assert (refused.measured, refused.holds) == (pytest.approx(0.4975, abs=1e-3), True)


def test_a_walk_without_progress_or_with_many_refusals_breaks_a_bound():
    _calls, _time, lines, refused = bounds.walked([Sample(170, 4100, 100, 0)], 4000)
    assert (lines.holds, refused.holds) == (False, False)


def test_a_list_from_the_cache_makes_no_call_and_takes_little_more_than_a_ping():
    assert [row.holds for row in bounds.cached([Pair(1.0, Sample(1.8))])] == [True, True]
    assert [row.holds for row in bounds.cached([Pair(1.0, Sample(1.9, 1))])] == [False, False]


def test_the_start_is_compared_with_the_ping_right_before_it():
    time, memory = bounds.started([Pair(1.0, Sample(1.5)), Pair(2.0, Sample(3.4)), Pair(1.0, Sample(1.6))], [70, 80, 75])
    assert (time.measured, time.holds) == (pytest.approx(0.6), True)
    assert (memory.measured, memory.holds) == (75, True)


def test_a_stored_row_is_read_as_it_was_written():
    row = Row("calls", "calls", (1.0, 2.0), 3.0, "none", at_least=True)
    assert Row.of(row.as_stored()) == row
