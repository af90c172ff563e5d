# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting a version, and Azure's refusal to do so before its end of life."""

from __future__ import annotations

from ..._core.errors import InvalidRequest, Refused
from ..._core.ids import ResourceId
from ..._core.ports import Azure

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


def blocked(version: ResourceId, text: str) -> str:
    """The sentence about a version that may not be deleted yet."""
    return (
        f"version {version.name} of image definition {version.parent.name} is protected until its end of life: {text.rstrip('.')}."
        " Set allow_deletion_before_end_of_life: true to lift the protection and delete it."
    )
