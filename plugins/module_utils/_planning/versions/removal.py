# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting a version. One that is protected until its end of life is deleted only if the task allows it."""

from __future__ import annotations

from datetime import datetime

from ..._core.errors import InvalidRequest
from ..._core.guard import NO_GUARD, Guard
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.plan import Step
from ..gallery.deletion import blocked, is_protected
from ..gallery.stored import as_body
from ..steps.gallery import DeleteGalleryImageVersion, UpdateGalleryImageVersion
from .request import VersionRequest

PROTECTED = "it has block_deletion_before_end_of_life, and its end of life is {end}"


def removal(request: VersionRequest, existing: GalleryImageVersion, now: datetime, guard: Guard = NO_GUARD) -> tuple[Step, ...]:
    """The steps that delete a version. Raises ``InvalidRequest`` if it is protected and the task does not lift the protection.

    ``guard`` is asked right before it is deleted.
    """
    delete = DeleteGalleryImageVersion(existing.id, guard)
    if not is_protected(existing, now):
        return (delete,)
    if not request.unblocks:
        raise InvalidRequest(blocked(existing.id, PROTECTED.format(end=existing.publishing.get("endOfLifeDate") or "not known")))
    return (UpdateGalleryImageVersion(existing.id, "block_deletion_before_end_of_life", _unblocked), delete)


def _unblocked(version: GalleryImageVersion) -> dict[str, object]:
    body = as_body(version)
    safety = {**body["properties"]["safetyProfile"], "blockDeletionBeforeEndOfLife": False}
    return {**body, "properties": {**body["properties"], "safetyProfile": safety}}
