# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trial of a new image, which is made and deleted before a usable image is deleted for it.

Whether Azure finds a blob or a disk encryption set, and may use it, is known only by trying.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import IMAGE, ResourceId
from ..._core.model.image import Image
from ..._core.model.provisioning import SUCCEEDED
from ..._core.plan import Step
from ..._core.ports import Azure
from ..steps.image import CreateImage, DeleteImage
from .request import ImageRequest

PURPOSE = "trial"
LONGEST_PREFIX = 60


@dataclass(frozen=True)
class IsTrial:
    """Before a trial is deleted: it must still be one."""

    image: ResourceId

    def require(self, azure: Azure) -> None:
        """Raise ``InvalidRequest`` if another image has the name now."""
        _require_trial(azure.images.find(self.image))


def trial_id(request: ImageRequest) -> ResourceId:
    """The id of the trial, which follows from that of the image, so that a run after an interrupted one finds it."""
    digest = hashlib.sha256(str(request.image).casefold().encode()).hexdigest()[:8]
    name = f"{request.image.name[:LONGEST_PREFIX].rstrip('.-_')}-{digest}-trial"
    return ResourceId.of(IMAGE, request.image.resource_group, name, subscription=request.image.subscription)


def needs_trial(request: ImageRequest, former: Image | None) -> bool:
    """Whether a usable image is replaced by one of which this collection cannot see everything beforehand."""
    usable = former is not None and former.provisioning_state == SUCCEEDED
    return usable and any(isinstance(disk.source, str) or disk.encryption_set for disk in request.disks)


def trial(request: ImageRequest, left: Image | None, sources: str, body: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a trial with the body of the new image, tags included, since a policy may demand them.

    ``left`` is the trial that an interrupted run has left.
    """
    _require_trial(left)
    image = trial_id(request)
    removal = DeleteImage(image, IsTrial(image))
    made = CreateImage(image, f"{sources} as a trial", {**body, "tags": {**body["tags"], tag.PURPOSE: PURPOSE}})
    return (*((removal,) if left else ()), made, removal)


def _require_trial(found: Image | None) -> None:
    if found is not None and found.tags.get(tag.PURPOSE) != PURPOSE:
        raise InvalidRequest(f"image {found.id.name} exists, and was not made as a trial: it is left alone. Delete or rename it.")
