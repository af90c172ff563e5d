# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an existing version differs from what a task asks of its publication: what Azure never changes, and what the task changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..._core.ids import region
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.snake_case import snake_name
from .publication import Publication, WantedRegion
from .stored import as_body


class Difference(NamedTuple):
    """A property that cannot be changed, with its old and its new value."""

    name: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.name} is {self.old!r}, not {self.new!r}"


def publication_differences(publication: Publication, existing: GalleryImageVersion) -> list[Difference]:
    """The differences in how a version is published that no change can remove."""
    return [*_of_profile(publication, existing), *_of_regions(publication, existing)]


def _of_profile(publication: Publication, existing: GalleryImageVersion) -> Iterator[Difference]:
    stored = existing.publishing
    for name, wanted, default in (
        ("storageAccountType", publication.storage_account_type, "Standard_LRS"),
        ("storageAccountStrategy", publication.storage_account_strategy, "not set"),
        ("replicationMode", publication.replication_mode, "Full"),
    ):
        found = stored.get(name) or default
        if wanted and wanted != found:
            yield Difference(snake_name(name), found, wanted)


def _of_regions(publication: Publication, existing: GalleryImageVersion) -> Iterator[Difference]:
    stored = {each.name: each.raw for each in existing.target_regions}
    for wanted in publication.target_regions:
        if region(wanted.name) in stored:
            yield from _of_region(wanted, stored[region(wanted.name)], existing)


def _of_region(wanted: WantedRegion, stored: Mapping[str, Any], existing: GalleryImageVersion) -> Iterator[Difference]:
    storage = stored.get("storageAccountType") or existing.publishing.get("storageAccountType") or "Standard_LRS"
    if wanted.storage_account_type and wanted.storage_account_type != storage:
        yield Difference(f"target_regions.storage_account_type ({wanted.name})", storage, wanted.storage_account_type)
    if wanted.encryption is None:
        return
    old, new = _keys(stored.get("encryption") or {}), _keys(wanted.encryption.as_body())
    for key in sorted({*old, *new}):
        if old.get(key, "").casefold() != new.get(key, "").casefold():
            name = f"target_regions.encryption.{key[0]} ({wanted.name}{key[1]})"
            yield Difference(name, old.get(key) or "not set", new.get(key) or "not set")


def _keys(encryption: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The leaves of Azure's JSON for an encryption, by option and by the LUN as sentences have it."""
    os_disk = encryption.get("osDiskImage") or {}
    security = os_disk.get("securityProfile") or {}
    found = {
        ("os_disk.disk_encryption_set", ""): os_disk.get("diskEncryptionSetId"),
        ("os_disk.confidential_vm_encryption_type", ""): security.get("confidentialVMEncryptionType"),
        ("os_disk.secure_vm_disk_encryption_set", ""): security.get("secureVMDiskEncryptionSetId"),
    }
    for each in encryption.get("dataDiskImages") or ():
        found["data_disks.disk_encryption_set", f", lun {each.get('lun')}"] = each.get("diskEncryptionSetId")
    return {key: str(value) for key, value in found.items() if value}


def changes(wanted: Mapping[str, Any], existing: GalleryImageVersion) -> list[str]:
    """The options by which a request body differs from the version."""
    stored, new = as_body(existing)["properties"], wanted["properties"]
    return [
        *_changed(stored["publishingProfile"], new["publishingProfile"]),
        *_changed(stored["safetyProfile"], new["safetyProfile"]),
        *(["allow_deletion_of_replicated_locations"] if _allows_deletion(existing) else []),
    ]


def _changed(stored: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [snake_name(key) for key in new if new[key] != stored.get(key)]


def _allows_deletion(existing: GalleryImageVersion) -> bool:
    """Whether Azure may delete replicas now, because another tool or an interrupted purge has allowed it."""
    return bool((existing.properties.get("safetyProfile") or {}).get("allowDeletionOfReplicatedLocations"))
