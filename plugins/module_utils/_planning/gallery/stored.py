# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stored version as a request body: everything that Azure has stored and that can be sent back, with the spelling it has there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._core.model.gallery_image_version import GalleryImageVersion

READ_ONLY = {"provisioningState", "replicationStatus", "validationsProfile"}
READ_ONLY_IN_PROFILE = {"publishedDate"}
READ_ONLY_IN_SAFETY = {"reportedForPolicyViolation", "policyViolations"}
READ_ONLY_IN_DISK = {"sizeInGB"}


def as_body(
    version: GalleryImageVersion, target_regions: Sequence[Mapping[str, Any]] | None = None, deletes_replicas: bool = False
) -> dict[str, Any]:
    """The body that stores the version as it is; with other regions, if they are given.

    ``deletes_replicas`` allows Azure to delete the replicas in regions that are left out.
    """
    profile = without(version.publishing, READ_ONLY_IN_PROFILE)
    regions = profile.get("targetRegions") or () if target_regions is None else target_regions
    safety = without(version.properties.get("safetyProfile") or {}, READ_ONLY_IN_SAFETY)
    properties = {
        **without(version.properties, READ_ONLY),
        "storageProfile": writable_storage(version.storage),
        "publishingProfile": {**profile, "targetRegions": [dict(each) for each in regions]},
        "safetyProfile": {**safety, "allowDeletionOfReplicatedLocations": deletes_replicas},
    }
    return {"location": version.location, "tags": dict(version.tags), "properties": properties}


def writable_storage(storage: Mapping[str, Any]) -> dict[str, Any]:
    """A storage profile without the sizes of its disks, which can only be read."""
    os_disk, data_disks = storage.get("osDiskImage"), storage.get("dataDiskImages")
    return {
        **storage,
        **({"osDiskImage": without(os_disk, READ_ONLY_IN_DISK)} if os_disk else {}),
        **({"dataDiskImages": [without(each, READ_ONLY_IN_DISK) for each in data_disks]} if data_disks else {}),
    }


def after_change(version: GalleryImageVersion, body: Mapping[str, Any]) -> GalleryImageVersion:
    """The version once a body was sent that changes it. Its disks, and what Azure only shows, stay as they are."""
    sent = body["properties"]
    publishing = {**version.publishing, **sent["publishingProfile"]}
    safety = {**(version.properties.get("safetyProfile") or {}), **(sent.get("safetyProfile") or {})}
    profiles = {"publishingProfile": publishing, "safetyProfile": safety, "storageProfile": version.storage}
    properties = {**version.properties, **sent, **profiles}
    return replace(version, tags=body["tags"], properties=properties)


def without(properties: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """The properties except those with these names."""
    return {key: value for key, value in properties.items() if key not in names}
