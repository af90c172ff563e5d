# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the options of ``gallery``."""

from __future__ import annotations

from tests.support.option_cases import CHANGED, REFUSED, OptionCase

FIRST, SECOND = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
PUBLISHER = {
    "publisher_uri": "https://example.com",
    "publisher_contact": "images@example.com",
    "eula": "https://example.com/eula",
    "public_name_prefix": "example",
}
PUBLIC = {"sharing": {"permissions": "community", "community": PUBLISHER}}
DIRECT = {"sharing": {"permissions": "groups"}}
_PROFILE = "properties.sharingProfile"
_INFO = f"{_PROFILE}.communityGalleryInfo"

CASES = [
    OptionCase("location", "westeurope", "northeurope", REFUSED, "location"),
    OptionCase("description", "one", "two", CHANGED, "properties.description"),
    OptionCase("sharing.permissions", "groups", "private", REFUSED, f"{_PROFILE}.permissions", values=("Groups", "Private")),
    OptionCase("sharing.community.publisher_uri", "https://a.example", "https://b.example", CHANGED, f"{_INFO}.publisherUri", extra=PUBLIC),
    OptionCase("sharing.community.publisher_contact", "a@example.com", "b@example.com", CHANGED, f"{_INFO}.publisherContact", extra=PUBLIC),
    OptionCase("sharing.community.eula", "https://a.example", "https://b.example", CHANGED, f"{_INFO}.eula", extra=PUBLIC),
    OptionCase("sharing.community.public_name_prefix", "first", "second", REFUSED, f"{_INFO}.publicNamePrefix", extra=PUBLIC),
    OptionCase(
        "sharing.subscriptions", [FIRST], [FIRST, SECOND], CHANGED, f"{_PROFILE}.groups",
        values=([{"type": "Subscriptions", "ids": [FIRST]}], [{"type": "Subscriptions", "ids": [FIRST, SECOND]}]), extra=DIRECT,
    ),
    OptionCase(
        "sharing.tenants", [FIRST], [FIRST, SECOND], CHANGED, f"{_PROFILE}.groups",
        values=([{"type": "AADTenants", "ids": [FIRST]}], [{"type": "AADTenants", "ids": [FIRST, SECOND]}]), extra=DIRECT,
    ),
    OptionCase("tags", {"a": "1"}, {"b": "2"}, CHANGED, "tags", values=({"a": "1"}, {"a": "1", "b": "2"})),
]  # fmt: skip
TESTS = ("test_gallery.py",)
ELSEWHERE = {
    "name": "test_names_are_compared_without_case",
    "resource_group": "test_a_missing_group_is_refused_or_means_absent",
    "state": "test_an_empty_gallery_is_deleted",
    "recreate": "test_an_empty_gallery_is_replaced",
    "sharing.purge": "test_purge_removes_the_subscriptions_that_are_not_named",
    "sharing.enabled": "test_sharing_with_the_community_begins_and_ends",
    "append_tags": "test_tags_are_added_or_replaced",
    "wait_timeout": "test_a_task_ends_at_its_time_limit",
}
"""Options without a stored value of their own, and the lab test of each."""
