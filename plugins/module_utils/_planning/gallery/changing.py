# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing a version that exists, while others may change it, too.

Azure replaces the list of regions as a whole and has no condition for "only if it is still the same". So a change is computed from the
version as it is right before the request. Without permission to delete replicas, Azure refuses a list that lacks a region which another
writer has added since; then the version is read again, and the change is computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..._core.errors import Failed, Missing, Refused, TimedOut
from ..._core.ids import ResourceId
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.ports import Azure
from .replication import Watch, failures
from .stored import as_body

MOST_TRIES = 5
Change = Callable[[GalleryImageVersion], Mapping[str, Any]]
"""The body for a version as it is now."""


def change(azure: Azure, version: ResourceId, wanted: Change, watch: Watch, api: str = "") -> None:
    """Change a version to the body that ``wanted`` makes of it, and begin again where another writer has changed it meanwhile.

    Replicas that fail then are left to the step that waits for them. ``watch`` says when the end need not be waited for.
    """
    seen = _read(azure, version, api)
    for _try in range(MOST_TRIES):
        try:
            azure.gallery_image_versions.publish(version, wanted(seen), api, watch.is_enough)
            return
        except TimedOut as error:
            raise watch.late(version, error) from error
        except Failed:
            found = azure.gallery_image_versions.find_replicated(version)
            if not failures(found, _regions(found) if found else ()):
                raise
            return
        except Refused:
            before, seen = seen, _read(azure, version, api)
            if _regions(seen) == _regions(before):
                raise
    raise Refused(
        f"could not change image version {version.name}: other writers changed its regions {MOST_TRIES} times meanwhile; run again."
    )


def purge(azure: Azure, version: ResourceId, drop: set[str], api: str = "") -> None:
    """Remove some regions. Azure may delete replicas only during this, and not afterwards."""
    azure.gallery_image_versions.put(version, _purged(_read(azure, version, api), drop, True), api)
    azure.gallery_image_versions.put(version, _purged(_read(azure, version, api), drop, False), api)


def restore(azure: Azure, found: GalleryImageVersion, body: Mapping[str, Any], api: str = "") -> None:
    """Give a version the tags and regions of the run that created it, which another run has replaced."""
    stored, wanted = as_body(found), body["properties"]["publishingProfile"]
    regions = {"publishingProfile": {**stored["properties"]["publishingProfile"], "targetRegions": wanted["targetRegions"]}}
    mended = {**stored, "tags": dict(body["tags"]), "properties": {**stored["properties"], **regions}}
    azure.gallery_image_versions.put(found.id, _with_deletion(mended, True), api)
    azure.gallery_image_versions.put(found.id, _with_deletion(mended, False), api)


def _purged(version: GalleryImageVersion, drop: set[str], deletes_replicas: bool) -> Mapping[str, Any]:
    return as_body(version, [each.raw for each in version.target_regions if each.name not in drop], deletes_replicas)


def _with_deletion(body: Mapping[str, Any], allowed: bool) -> Mapping[str, Any]:
    properties = body["properties"]
    safety = {**(properties.get("safetyProfile") or {}), "allowDeletionOfReplicatedLocations": allowed}
    return {**body, "properties": {**properties, "safetyProfile": safety}}


def _read(azure: Azure, version: ResourceId, api: str) -> GalleryImageVersion:
    """The version, once no operation is running on it, with the keys that Azure shows on request only."""
    if azure.gallery_image_versions.find_settled(version) is None:
        raise Missing(f"image version {version.name} was deleted meanwhile.")
    return azure.gallery_image_versions.read(version, api, **{"$expand": "UefiSettings"})


def _regions(version: GalleryImageVersion) -> set[str]:
    return {each.name for each in version.target_regions}
