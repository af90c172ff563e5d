# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times are read in many forms, written in one, and compared as times."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import format_time, parse_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:00:00.1234567+00:00", "2026-11-22T10:00:00.123456Z"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000000Z"),
        ("2026-11-22T12:00:00+02:00", "2026-11-22T10:00:00.000000Z"),
        ("2026-11-22T10:00:00.5", "2026-11-22T10:00:00.500000Z"),
        ("0001-01-01T00:00:00+01:00", None),
        ("2026-13-45T10:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_in_many_forms_and_written_in_one(text, expected):
    moment = parse_time(text)
    assert (moment and format_time(moment)) == expected


def test_times_compare_as_times():
    assert parse_time("2026-11-22T10:00:00+02:00") < parse_time("2026-11-22T09:00:00Z")
