# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tags that a user gives."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest


def test_a_tag_without_a_value_has_its_own_error():
    with pytest.raises(InvalidRequest, match="^tags: 'a' has no value: give a string, '' for an empty one.$"):
        tags.from_params({"tags": {"a": None}})


def test_tags_are_strings_and_ours_are_left_out():
    assert tags.from_params({"tags": None}) is None
    assert tags.from_params({"tags": {"a": "", "GoldenImage.vm_id": "x"}}) == {"a": ""}


@pytest.mark.parametrize(
    "given", [{"a": 1}, {"a": None}, {"": "x"}, {"a<b": "x"}, {"a": "x" * 257}, {str(n): "" for n in range(51)}, {"Cost": "1", "cost": "2"}]
)
def test_invalid_tags_are_refused(given):
    with pytest.raises(InvalidRequest, match="^tags: "):
        tags.from_params({"tags": given})


def test_names_that_differ_only_in_case_are_refused():
    with pytest.raises(InvalidRequest, match="^tags: Cost and cost differ only in case, which Azure takes for one name"):
        tags.from_params({"tags": {"Cost": "1", "release": "1", "cost": "2"}})
