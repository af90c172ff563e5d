# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deadline of a task, with a clock that only sleeping moves."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.waiting import Deadline

from tests.support.clock import Clock


def a_deadline(seconds: float) -> tuple[Deadline, Clock]:
    clock = Clock()
    return Deadline(seconds, clock, clock.sleep), clock


def test_a_sleep_beyond_the_deadline_is_refused():
    deadline, clock = a_deadline(10)
    deadline.sleep(9)
    with pytest.raises(TimedOut, match=r"a wait of 2 s is due, 1 s are left \(wait_timeout is 10 s\)"):
        deadline.sleep(2)
    assert clock.now == 9


def test_nothing_begins_after_the_deadline():
    deadline, clock = a_deadline(10)
    clock.now = 11
    assert deadline.left == 0
    with pytest.raises(TimedOut, match="^the time limit has passed"):
        deadline.require()


def test_until_returns_the_last_value():
    deadline, clock = a_deadline(12)
    counted = iter(range(100))
    assert deadline.until(lambda: next(counted), lambda value: value == 1, every=5) == 1
    assert deadline.until(lambda: next(counted), lambda value: False, every=5) == 3
    assert clock.slept == [5, 5]


def test_until_ends_after_its_own_limit():
    deadline, clock = a_deadline(600)
    assert deadline.until(lambda: clock.now, lambda now: False, every=10, at_most=60) == 60
    assert (clock.slept, deadline.left) == ([10] * 6, 540)


def test_a_paused_deadline_takes_no_time_even_if_the_work_fails():
    deadline, clock = a_deadline(10)
    with pytest.raises(ValueError, match="broken"), deadline.paused():
        clock.now = 3600
        raise ValueError("broken")
    assert deadline.left == 10


def test_grace_allows_time_after_the_deadline():
    deadline, clock = a_deadline(10)
    clock.now = 50
    with deadline.grace(30):
        assert deadline.left == 30
        deadline.sleep(5)
    assert deadline.left == 0


def test_grace_never_shortens_the_deadline():
    deadline, _clock = a_deadline(100)
    with deadline.grace(30):
        assert deadline.left == 100
