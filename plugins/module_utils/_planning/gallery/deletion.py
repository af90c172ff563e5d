# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting a version, and Azure's refusal to do so before its end of life."""

from __future__ import annotations

from datetime import datetime

from ..._core.errors import InvalidRequest, Refused
from ..._core.ids import ResourceId
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.ports import Azure
from ..._core.times import parse_time

BLOCKED = "DeleteGalleryImageVersionBlockedBeforeEndOfLife"
"""https://learn.microsoft.com/azure/virtual-machines/troubleshooting-shared-images"""


def delete(azure: Azure, version: ResourceId) -> None:
    """Delete a version. Azure's refusal before its end of life is explained."""
    try:
        azure.gallery_image_versions.delete(version)
    except Refused as error:
        if BLOCKED not in f"{error.facts.get('code')} {error.message}":
            raise
        raise InvalidRequest(blocked(version, error.message), **error.facts) from error


def is_protected(version: GalleryImageVersion, now: datetime) -> bool:
    """Whether Azure refuses to delete a version because its end of life is not reached."""
    end = parse_time(version.publishing.get("endOfLifeDate"))
    is_blocked = bool((version.properties.get("safetyProfile") or {}).get("blockDeletionBeforeEndOfLife"))
    return is_blocked and (end is None or end > now)


def blocked(version: ResourceId, text: str) -> str:
    """The sentence about a version that may not be deleted yet."""
    return (
        f"version {version.name} of image definition {version.parent.name} is protected until its end of life: {text.rstrip('.')}."
        " The module gallery_image_version lifts the protection and deletes it with allow_deletion_before_end_of_life: true."
    )
