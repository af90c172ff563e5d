# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the options of ``image``. ``{disks}`` and the like are the beginnings of ids."""

from __future__ import annotations

from typing import Any

from tests.support.option_cases import CHANGED, REFUSED, OptionCase, nested

DISK: dict[str, Any] = {"source": {"type": "disk", "name": "source"}}
_STORAGE = "properties.storageProfile"
_OTHER = {"type": "snapshot", "name": "source"}
_DATA = {"lun": 7, "source": {"type": "snapshot", "name": "data"}}


def _of_disk(place: str, stored: str, named: str, extra: dict[str, Any]) -> list[OptionCase]:
    """The cases of the options that the OS disk and the data disks have."""
    rows: list[tuple[str, Any, Any, str]] = [
        ("caching", "ReadOnly", "ReadWrite", "caching"),
        ("size_gib", 5, 6, "diskSizeGB"),
        ("storage_account_type", "Premium_LRS", "StandardSSD_ZRS", "storageAccountType"),
    ]
    return [
        *(
            OptionCase(f"{place}.{name}", first, second, REFUSED, f"{_STORAGE}.{stored}.{key}", extra=extra, named=f"{named}.{name}")
            for name, first, second, key in rows
        ),
        OptionCase(
            f"{place}.disk_encryption_set", "one", "two", REFUSED, f"{_STORAGE}.{stored}.diskEncryptionSet.id",
            values=("{sets}/one", "{sets}/two"), extra=extra, named=f"{named}.disk_encryption_set",
        ),
    ]  # fmt: skip


CASES = [
    OptionCase("location", "westeurope", "northeurope", REFUSED, "location"),
    OptionCase("os_type", "Linux", "Windows", REFUSED, f"{_STORAGE}.osDisk.osType"),
    OptionCase("hyper_v_generation", "V2", "V1", REFUSED, "properties.hyperVGeneration"),
    OptionCase("zone_resilient", True, False, REFUSED, f"{_STORAGE}.zoneResilient"),
    OptionCase(
        "os_disk.source", DISK["source"], _OTHER, REFUSED, f"{_STORAGE}.osDisk.managedDisk.id",
        values=("{disks}/source", "{snapshots}/source"),
    ),
    *_of_disk("os_disk", "osDisk", "os_disk", {"os_disk": DISK}),
    OptionCase(
        "data_disks.source", _DATA["source"], {"type": "disk", "name": "data"}, REFUSED, f"{_STORAGE}.dataDisks.0.snapshot.id",
        values=("{snapshots}/data", "{disks}/data"), extra=nested("data_disks", [_DATA]), named="data_disks[0].source",
    ),
    OptionCase("data_disks.lun", 7, 8, REFUSED, f"{_STORAGE}.dataDisks.0.lun", extra=nested("data_disks", [_DATA]), named="data_disks"),
    *_of_disk("data_disks", "dataDisks.0", "data_disks[0]", nested("data_disks", [_DATA])),
    OptionCase("tags", {"a": "1"}, {"a": "2"}, CHANGED, "tags.a", values=("1", "2")),
]  # fmt: skip
TESTS = ("test_image.py",)
ELSEWHERE = {
    "name": "test_names_are_compared_without_case",
    "resource_group": "test_names_are_compared_without_case",
    "state": "test_create_tag_delete",
    "append_tags": "test_create_tag_delete",
    "sealed": "test_the_disk_of_a_vm_without_evidence",
    "backup": "test_the_age_of_the_backup",
    "backup_max_age": "test_the_age_of_the_backup",
    "recreate": "test_an_image_that_differs_is_replaced_on_request",
    "wait_timeout": "test_a_task_ends_at_its_time_limit",
}
"""Options without a stored value of their own, and the lab test of each."""
