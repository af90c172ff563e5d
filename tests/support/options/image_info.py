# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab tests of the options of ``image_info``, which stores nothing."""

from __future__ import annotations

from tests.support.option_cases import OptionCase

CASES: list[OptionCase] = []
TESTS = ("test_image_info.py", "test_image_info_sources.py", "test_image_info_marketplace.py")
_FILTERS = (
    *("sources", "location", "name", "tags", "text", "os_type", "generation", "architecture", "security_type", "publisher", "offer", "sku"),
    *("gallery", "gallery_image", "min_age", "max_age", "versions", "limit"),
)
ELSEWHERE = {
    **dict.fromkeys(_FILTERS, "test_a_filter_chooses_among_managed_images_and_galleries"),
    "resource_group": "test_images_are_filtered_and_sorted_by_the_numbers_in_their_names",
    "deprecated": "test_own_images_have_the_state_of_their_plan",
    "terms": "test_terms_are_read_on_request",
    **dict.fromkeys(("cache", "cache_path", "cache_max_age"), "test_the_cache_is_a_folder_that_can_be_named_aged_and_turned_off"),
    "progress": "test_a_long_walk_shows_progress",
}
"""Options, and the lab test of each."""
