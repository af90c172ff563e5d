# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the options of ``gallery_image_version``.

``{images}`` and the like in values are filled in by the lab test: the beginnings of the ids of resources that it makes.
"""

from __future__ import annotations

from typing import Any

from tests.support import publication_cases
from tests.support.option_cases import CHANGED, REFUSED, OptionCase

UNPROVEN = {"sealed": "assume", "backup": "none"}
IMAGE: dict[str, Any] = {"source": {"managed_image": "one"}}
TRUSTED: dict[str, Any] = {"source": {"managed_image": "modern"}, "gallery_image": "trusted"}
BLOBS = ("https://a.example/v/one.vhd", "https://a.example/v/two.vhd")
ACCOUNTS = ("{accounts}/a", "{accounts}/b")
_STORAGE = "properties.storageProfile"
_OS, _DATA = f"{_STORAGE}.osDiskImage", f"{_STORAGE}.dataDiskImages.0"
_UEFI = "properties.securityProfile.uefiSettings"


def _of_disks(**data: Any) -> dict[str, Any]:
    """The disk ``os-one``, and a data disk if any of its options are given."""
    disks = {"data_disks": [{"lun": 0, **data}]} if data else {}
    return {"source": {"os_disk": {"disk": "os-one"}, **disks}, **UNPROVEN}


def _key(name: str, is_list: bool) -> list[OptionCase]:
    """The cases of a key, or of a list of keys."""
    key: Any = {"type": "sha256", "value": ["YQ=="]}
    extra = {**TRUSTED, "uefi_settings": {"additional_signatures": {name: [key] if is_list else key}}}
    option, place = f"uefi_settings.additional_signatures.{name}", f"{_UEFI}.additionalSignatures.{name}{'.0' if is_list else ''}"
    return [
        OptionCase(f"{option}.type", "x509", "sha256", REFUSED, f"{place}.type", extra=extra, named="uefi_settings"),
        OptionCase(f"{option}.value", ["YQ=="], ["Yg=="], REFUSED, f"{place}.value", extra=extra, named="uefi_settings"),
    ]


CASES = [
    OptionCase("location", "westeurope", "northeurope", REFUSED, "location", extra=IMAGE),
    *(case.with_extra(IMAGE) for case in publication_cases.CASES),
    *(case.with_extra(_of_disks(disk="data-one")) for case in publication_cases.OF_DATA_DISKS),
    OptionCase(
        "source.managed_image", "one", "two", REFUSED, f"{_STORAGE}.source.id", values=("{images}/one", "{images}/two"), named="source",
    ),
    OptionCase("source.version", "{versions}/0.0.1", "{versions}/0.0.2", REFUSED, f"{_STORAGE}.source.id", named="source"),
    OptionCase(
        "source.vm", "one", "two", REFUSED, f"{_STORAGE}.source.virtualMachineId", values=("{vms}/one", "{vms}/two"), named="source",
        extra={"gallery_image": "specialized"},
    ),
    OptionCase(
        "source.community_image", "{community}/0.0.1", "{community}/0.0.2", REFUSED, f"{_STORAGE}.source.communityGalleryImageId",
        named="source",
    ),
    OptionCase(
        "source.os_disk.disk", "os-one", "os-two", REFUSED, f"{_OS}.source.id", values=("{disks}/os-one", "{disks}/os-two"), extra=UNPROVEN,
        named="source.os_disk",
    ),
    OptionCase(
        "source.os_disk.snapshot", "os-one", "os-two", REFUSED, f"{_OS}.source.id", values=("{snapshots}/os-one", "{snapshots}/os-two"),
        extra=UNPROVEN, named="source.os_disk",
    ),
    OptionCase(
        "source.os_disk.blob", *BLOBS, REFUSED, f"{_OS}.source.uri", extra={"source": {"os_disk": {"storage_account": "a"}}},
        named="source.os_disk",
    ),
    OptionCase(
        "source.os_disk.storage_account", "a", "b", REFUSED, f"{_OS}.source.storageAccountId", values=ACCOUNTS,
        extra={"source": {"os_disk": {"blob": BLOBS[0]}}},
    ),
    OptionCase("source.os_disk.host_caching", "ReadOnly", "ReadWrite", REFUSED, f"{_OS}.hostCaching", extra=_of_disks()),
    OptionCase(
        "source.data_disks.disk", "data-one", "data-two", REFUSED, f"{_DATA}.source.id", values=("{disks}/data-one", "{disks}/data-two"),
        extra=_of_disks(lun=0), named="source.data_disks",
    ),
    OptionCase(
        "source.data_disks.snapshot", "data-one", "data-two", REFUSED, f"{_DATA}.source.id",
        values=("{snapshots}/data-one", "{snapshots}/data-two"), extra=_of_disks(lun=0), named="source.data_disks",
    ),
    OptionCase(
        "source.data_disks.blob", *BLOBS, REFUSED, f"{_DATA}.source.uri", extra=_of_disks(storage_account="a"), named="source.data_disks",
    ),
    OptionCase(
        "source.data_disks.storage_account", "a", "b", REFUSED, f"{_DATA}.source.storageAccountId", values=ACCOUNTS,
        extra=_of_disks(blob=BLOBS[0]),
    ),
    OptionCase("source.data_disks.lun", 0, 1, REFUSED, f"{_DATA}.lun", extra=_of_disks(disk="data-one"), named="source.data_disks"),
    OptionCase(
        "source.data_disks.host_caching", "ReadOnly", "ReadWrite", REFUSED, f"{_DATA}.hostCaching", extra=_of_disks(disk="data-one"),
    ),
    OptionCase(
        "uefi_settings.signature_template_names", ["MicrosoftWindowsTemplate"], ["NoSignatureTemplate"], REFUSED,
        f"{_UEFI}.signatureTemplateNames", extra=TRUSTED, named="uefi_settings",
    ),
    *_key("pk", is_list=False),
    *_key("kek", is_list=True),
    *_key("db", is_list=True),
    *_key("dbx", is_list=True),
    OptionCase("tags", {"a": "1"}, {"a": "2"}, CHANGED, "tags.a", values=("1", "2"), extra=IMAGE),
]  # fmt: skip
TESTS = ("test_gallery_image_version.py",)
ELSEWHERE = {
    "gallery": "test_a_gallery_is_named_by_id_name_or_dictionary",
    "gallery_image": "test_a_gallery_is_named_by_id_name_or_dictionary",
    "resource_group": "test_a_gallery_is_named_by_id_name_or_dictionary",
    "version": "test_next_is_kept_for_the_same_source_and_bumped_for_another",
    "target_regions.name": "test_regions_are_added_kept_and_purged",
    "purge_target_regions": "test_regions_are_added_kept_and_purged",
    "target_regions.encryption.data_disks.lun": "test_the_encryption_of_an_unknown_disk_is_refused",
    "wait": "test_a_task_waits_for_all_regions_for_one_or_for_none",
    "wait_timeout": "test_a_task_ends_at_its_time_limit_and_names_the_regions",
    "sealed": "test_a_snapshot_of_a_machine_needs_evidence",
    "backup": "test_a_snapshot_of_a_machine_needs_evidence",
    "backup_max_age": "test_a_snapshot_of_a_machine_needs_evidence",
    "recreate": "test_a_version_of_another_source_is_replaced_on_request",
    "allow_deletion_before_end_of_life": "test_a_protected_version_is_deleted_only_on_request",
    "state": "test_a_version_is_deleted",
    "append_tags": "test_tags_are_added_or_replaced",
}
"""Options without a stored value of their own, and the lab test of each."""
