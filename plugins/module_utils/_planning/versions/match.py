# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an existing version differs from the requested one in properties that Azure never changes."""

from __future__ import annotations

from collections.abc import Iterator

from ..._core import tags as tag
from ..._core.ids import region
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..gallery.same_source import different, sources_of
from ..gallery.uefi import brief, is_same_uefi
from ..gallery.version_differences import Difference, publication_differences
from .observe import Observed
from .request import VersionRequest


def differences(request: VersionRequest, seen: Observed, existing: GalleryImageVersion) -> list[Difference]:
    """The differences that no change can remove. Options that the task leaves out make none."""
    return [
        *_of_place(request, existing),
        *_of_source(request, seen, existing),
        *publication_differences(request.publication, existing),
        *_of_uefi(request, seen),
    ]


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


def _of_uefi(request: VersionRequest, seen: Observed) -> Iterator[Difference]:
    if request.uefi is None:
        return
    stored = ((seen.uefi.properties.get("securityProfile") or {}).get("uefiSettings") if seen.uefi else None) or {}
    if not is_same_uefi(request.uefi, stored):
        yield Difference("uefi_settings", brief(stored) or "not set", brief(request.uefi))
