# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the suboptions of ``gallery_image_version`` in ``image_upload``."""

from __future__ import annotations

from tests.support import publication_cases
from tests.support.publication_cases import TARGET

WITHIN = TARGET
"""The only option that this table is about."""
CASES = [
    case.within(TARGET)
    for case in (
        *publication_cases.CASES,
        *publication_cases.OF_DEFINITION,
    )
]
TESTS = ("test_image_upload_options.py", "test_image_upload_gallery.py")
ELSEWHERE = {
    f"{TARGET}.gallery": "test_a_gallery_of_another_subscription",
    f"{TARGET}.gallery_image": "test_a_version_is_made_of_the_disk_and_a_vm_starts_from_it",
    f"{TARGET}.version": "test_other_content_becomes_the_next_version",
    f"{TARGET}.target_regions.name": "test_tags_and_regions_of_an_existing_version_are_changed",
    f"{TARGET}.target_regions.encryption.data_disks.lun": "test_the_encryption_of_data_disks_is_refused_for_a_single_disk",
    f"{TARGET}.target_regions.encryption.data_disks.disk_encryption_set": "test_the_encryption_of_data_disks_is_refused_for_a_single_disk",
    f"{TARGET}.purge_target_regions": "test_regions_that_are_not_named_are_removed_on_request",
    f"{TARGET}.wait": "test_what_a_version_is_made_from_stays_until_it_was_copied",
    f"{TARGET}.create_gallery": "test_gallery_and_definition_are_created_on_request",
    f"{TARGET}.create_gallery_image": "test_gallery_and_definition_are_created_on_request",
    f"{TARGET}.os_state": "test_what_azure_would_refuse_is_refused_before_a_byte_is_read",
}
"""Suboptions without a stored value of their own, and the lab test of each."""
