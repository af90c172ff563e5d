# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the options that say how a version is published: those of the table ``PUBLICATION``, which three modules have.

``{sets}`` is the beginning of the ids of disk encryption sets.
"""

from __future__ import annotations

from typing import Any

from tests.support.option_cases import CHANGED, KEPT, REFUSED, OptionCase, nested

SETS = ("{sets}/one", "{sets}/two")
_PROFILE = "properties.publishingProfile"
_REGION = f"{_PROFILE}.targetRegions.0"
_ENCRYPTION = f"{_REGION}.encryption"


def _region(**more: Any) -> dict[str, Any]:
    return {"target_regions": [{"name": "westeurope", **more}]}


def _of_region(option: str, first: Any, second: Any, outcome: str, stored: str, **more: Any) -> OptionCase:
    """A case of a suboption of the first target region."""
    extra = _region(**more.pop("extra", {}))
    return OptionCase(f"target_regions.{option}", first, second, outcome, f"{_REGION}.{stored}", extra=extra, **more)


CASES = [
    _of_region("regional_replica_count", 1, 2, CHANGED, "regionalReplicaCount"),
    _of_region("storage_account_type", "Standard_ZRS", "Premium_LRS", REFUSED, "storageAccountType"),
    _of_region("exclude_from_latest", True, False, CHANGED, "excludeFromLatest"),
    _of_region(
        "encryption.os_disk.disk_encryption_set", "one", "two", REFUSED, "encryption.osDiskImage.diskEncryptionSetId", values=SETS
    ),
    _of_region(
        "encryption.os_disk.confidential_vm_encryption_type", "EncryptedWithPmk", "EncryptedVMGuestStateOnlyWithPmk", REFUSED,
        "encryption.osDiskImage.securityProfile.confidentialVMEncryptionType",
    ),
    _of_region(
        "encryption.os_disk.secure_vm_disk_encryption_set", "one", "two", REFUSED,
        "encryption.osDiskImage.securityProfile.secureVMDiskEncryptionSetId", values=SETS,
        extra=nested("encryption.os_disk", {"confidential_vm_encryption_type": "EncryptedWithCmk", "secure_vm_disk_encryption_set": "one"}),
    ),
    OptionCase("replica_count", 1, 3, CHANGED, f"{_PROFILE}.replicaCount"),
    OptionCase("storage_account_type", "Standard_ZRS", "Premium_LRS", REFUSED, f"{_PROFILE}.storageAccountType"),
    OptionCase("storage_account_strategy", "PreferStandard_ZRS", "DefaultStandard_LRS", REFUSED, f"{_PROFILE}.storageAccountStrategy"),
    OptionCase("replication_mode", "Shallow", "Full", REFUSED, f"{_PROFILE}.replicationMode"),
    OptionCase("exclude_from_latest", True, False, CHANGED, f"{_PROFILE}.excludeFromLatest"),
    OptionCase(
        "end_of_life_date", "2036-12-31", "2037-06-30T12:00:00Z", CHANGED, f"{_PROFILE}.endOfLifeDate",
        values=("2036-12-31T00:00:00+00:00", "2037-06-30T12:00:00+00:00"),
    ),
    OptionCase(
        "block_deletion_before_end_of_life", True, False, CHANGED, "properties.safetyProfile.blockDeletionBeforeEndOfLife",
        extra={"end_of_life_date": "2036-12-31"},
    ),
]  # fmt: skip
OF_DATA_DISKS = [
    _of_region(
        "encryption.data_disks.disk_encryption_set", "one", "two", REFUSED, "encryption.dataDiskImages.0.diskEncryptionSetId", values=SETS,
        extra=nested("encryption.data_disks", [{"lun": 0}]),
    ),
]  # fmt: skip
"""Only a source with a data disk at LUN 0 has these."""
TARGET = "gallery_image_version"
"""The option by which image_capture and image_upload publish a version instead of a managed image."""
OF_DEFINITION = [
    OptionCase("identifier.publisher", "one", "two", KEPT, "properties.identifier.publisher"),
    OptionCase("identifier.offer", "one", "two", KEPT, "properties.identifier.offer"),
    OptionCase("identifier.sku", "one", "two", KEPT, "properties.identifier.sku"),
    OptionCase("security_type", "TrustedLaunchSupported", "ConfidentialVMSupported", KEPT, "properties.features.0.value"),
    OptionCase("description", "one", "two", KEPT, "properties.description"),
]
"""The suboptions about a definition that is made on request. They do not change one that exists."""
