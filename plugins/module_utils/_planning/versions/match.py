# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an existing version differs from the requested one in properties that Azure never changes, and which ones the task changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ..._core import tags as tag
from ..._core.ids import region
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.snake_case import snake_name
from ..gallery.publication import Publication, WantedRegion
from ..gallery.same_source import different, sources_of
from ..gallery.stored import READ_ONLY_IN_PROFILE, READ_ONLY_IN_SAFETY, as_body
from ..gallery.uefi import brief, is_same_uefi
from .observe import Observed
from .request import VersionRequest


class Difference(NamedTuple):
    """A property that cannot be changed, with its old and its new value."""

    name: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.name} is {self.old!r}, not {self.new!r}"


def differences(request: VersionRequest, seen: Observed, existing: GalleryImageVersion) -> list[Difference]:
    """The differences that no change can remove. Options that the task leaves out make none."""
    return [
        *_of_place(request, existing),
        *_of_source(request, seen, existing),
        *publication_differences(request.publication, existing),
        *_of_uefi(request, seen),
    ]


def publication_differences(publication: Publication, existing: GalleryImageVersion) -> list[Difference]:
    """The differences in how a version is published that no change can remove."""
    return [*_of_profile(publication, existing), *_of_regions(publication, existing)]


def _of_place(request: VersionRequest, existing: GalleryImageVersion) -> Iterator[Difference]:
    if request.location and region(request.location) != region(existing.location):
        yield Difference("location", existing.location, request.location)


def _of_source(request: VersionRequest, seen: Observed, existing: GalleryImageVersion) -> Iterator[Difference]:
    """The source: by our tag, which also notices that its content has changed since, or else by the ids that Azure stores."""
    if request.source is None:
        return
    wanted, identity = request.source.storage_profile(), existing.tags.get(tag.SOURCE)
    old, new = sources_of(existing.storage), sources_of(wanted)
    if identity and seen.origin and identity == seen.origin[tag.SOURCE]:
        places = list[str]()
    else:
        places = different(wanted, existing.storage)
        if identity and seen.origin and not places:
            yield Difference("source", identity, seen.origin[tag.SOURCE])
    for place in places:
        yield Difference(place, old.get(place, "not set"), new[place])
    yield from _of_disks(request, existing)


def _of_disks(request: VersionRequest, existing: GalleryImageVersion) -> Iterator[Difference]:
    """The properties of each disk of the source."""
    data = {each.get("lun"): each for each in existing.storage.get("dataDiskImages") or ()}
    for disk in request.source.disks if request.source else ():
        entry = existing.storage.get("osDiskImage") or {} if disk.lun is None else data.get(disk.lun, {})
        place, which = ("os_disk", "") if disk.lun is None else ("data_disks", f" (lun {disk.lun})")
        caching, account = entry.get("hostCaching") or "None", (entry.get("source") or {}).get("storageAccountId")
        if disk.host_caching and disk.host_caching != caching:
            yield Difference(f"source.{place}.host_caching{which}", caching, disk.host_caching)
        if disk.account and account and account.casefold() != str(disk.account).casefold():
            yield Difference(f"source.{place}.storage_account{which}", account, str(disk.account))


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


def _of_uefi(request: VersionRequest, seen: Observed) -> Iterator[Difference]:
    if request.uefi is None:
        return
    stored = ((seen.uefi.properties.get("securityProfile") or {}).get("uefiSettings") if seen.uefi else None) or {}
    if not is_same_uefi(request.uefi, stored):
        yield Difference("uefi_settings", brief(stored) or "not set", brief(request.uefi))


def changes(wanted: Mapping[str, Any], existing: GalleryImageVersion) -> list[str]:
    """The options by which a request body differs from the version."""
    stored, new = as_body(existing)["properties"], wanted["properties"]
    return [
        *_changed(stored["publishingProfile"], new["publishingProfile"]),
        *_changed(stored["safetyProfile"], new["safetyProfile"]),
        *(["allow_deletion_of_replicated_locations"] if _allows_deletion(existing) else []),
    ]


def changed_to(wanted: Mapping[str, Any], existing: GalleryImageVersion, purged: tuple[str, ...] = ()) -> GalleryImageVersion:
    """The version once a request body was sent, if it differs at all, without regions that are purged. What only Azure sets stays."""
    new = replace(existing, tags=wanted["tags"])
    if changes(wanted, existing):
        kept = {"publishingProfile": READ_ONLY_IN_PROFILE, "safetyProfile": READ_ONLY_IN_SAFETY}
        profiles = {name: {**_only(existing.properties.get(name) or {}, keys), **wanted["properties"][name]} for name, keys in kept.items()}
        new = replace(new, properties={**existing.properties, **wanted["properties"], **profiles})
    if not purged:
        return new
    regions = [each.raw for each in new.target_regions if each.name not in purged]
    return replace(new, properties={**new.properties, "publishingProfile": {**new.publishing, "targetRegions": regions}})


def _only(properties: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key in names}


def _changed(stored: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [snake_name(key) for key in new if new[key] != stored.get(key)]


def _allows_deletion(existing: GalleryImageVersion) -> bool:
    """Whether Azure may delete replicas now, because another tool or an interrupted purge has allowed it."""
    return bool((existing.properties.get("safetyProfile") or {}).get("allowDeletionOfReplicatedLocations"))
