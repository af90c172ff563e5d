# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the suboptions of ``gallery_image_version`` in ``image_capture``."""

from __future__ import annotations

from tests.support import publication_cases
from tests.support.option_cases import REFUSED, OptionCase
from tests.support.publication_cases import TARGET

WITHIN = TARGET
"""The only option that this table is about."""
CASES = [
    case.within(TARGET)
    for case in (
        *publication_cases.CASES,
        *publication_cases.OF_DATA_DISKS,
        *publication_cases.OF_DEFINITION,
        OptionCase("os_state", "generalized", "specialized", REFUSED, "properties.osState", values=("Generalized", "Specialized")),
    )
]
TESTS = ("test_image_capture_options.py", "test_image_capture_gallery.py")
ELSEWHERE = {
    f"{TARGET}.gallery": "test_a_hub_gallery_in_another_subscription",
    f"{TARGET}.gallery_image": "test_what_the_definition_requires_is_found_before_azure_refuses_it",
    f"{TARGET}.version": "test_a_version_of_another_vm_is_replaced_only_on_request",
    f"{TARGET}.target_regions.name": "test_predict_do_repeat_change",
    f"{TARGET}.target_regions.encryption.data_disks.lun": "test_the_encryption_of_a_disk_that_does_not_exist_is_refused",
    f"{TARGET}.purge_target_regions": "test_regions_that_are_not_named_are_removed_on_request",
    f"{TARGET}.wait": "test_a_vm_is_deleted_only_once_its_version_is_usable_in_its_region",
    f"{TARGET}.create_gallery": "test_a_gallery_and_a_definition_are_created_only_on_request",
    f"{TARGET}.create_gallery_image": "test_a_gallery_and_a_definition_are_created_only_on_request",
}
"""Suboptions without a stored value of their own, and the lab test of each."""
