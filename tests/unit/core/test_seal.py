# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seal as a tag of its VM."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import UNREADABLE, Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time

VM_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
TIME = "2026-11-22T10:30:00Z"
STAMPED = Seal.of(VM_ID, TIME).stamped(parse_time("2026-11-22T11:00:00.123456Z"))
BEFORE, AFTER = parse_time("2026-11-22T09:00:00.000000Z"), parse_time("2026-11-22T11:00:00.000000Z")


def test_a_tag_holds_the_seal_in_at_most_256_characters():
    assert len(STAMPED.as_tag()) <= 256
    assert Seal.from_tag(STAMPED.as_tag(), VM_ID) == STAMPED


def test_the_text_of_a_tag():
    assert STAMPED.as_tag() == f'{{"time":"{TIME}","digest":"{STAMPED.digest}","ownership":"2026-11-22T11:00:00.123456Z"}}'
    assert Seal.of(VM_ID, TIME).as_tag() == f'{{"time":"{TIME}","digest":"{STAMPED.digest}"}}'


def test_a_stamp_that_cannot_be_read_is_still_a_stamp():
    value = f'{{"time":"{TIME}","digest":"{STAMPED.digest}","ownership":"yesterday"}}'
    assert Seal.from_tag(value, VM_ID) == STAMPED.stamped(UNREADABLE)


def test_the_time_of_a_verdict_may_be_unknown():
    assert STAMPED.moment == parse_time(TIME)
    assert Seal.of(VM_ID, "").moment is None


@pytest.mark.parametrize("value", [None, "", "no json", "[]", "{}", '{"time":1,"digest":2}', Seal.of("ffffffff", TIME).as_tag()])
def test_a_tag_that_is_not_a_seal_of_this_vm_is_ignored(value):
    assert Seal.from_tag(value, VM_ID) is None


@pytest.mark.parametrize(
    ("ownership", "before", "expected"),
    [
        (AFTER, BEFORE, AFTER),
        (BEFORE, BEFORE, None),
        (None, BEFORE, None),
        (AFTER, None, AFTER),
        (BEFORE, None, None),
        (None, None, None),
    ],
    ids=["set", "not set yet", "unknown", "set earlier", "not set since the verdict", "never known"],
)
def test_only_the_time_of_the_deallocation_is_a_stamp(ownership, before, expected):
    seal = Seal.of("aaaaaaaa", "2026-11-22T10:30:00Z")
    assert seal.stamped_if_set(ownership, before).ownership == expected
    assert seal.is_stamp(ownership, before) is (expected is not None)
    assert Seal.of("aaaaaaaa", "").is_stamp(ownership, before) is False
