# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galleries and image definitions that a capture or an upload creates on request, while other runs may do the same.

Azure has no condition for "only if it does not exist": a second PUT is an update, and removes the tags and the description of the first
one. A capture waits for its VM between planning and creating, so each resource is looked at right before its PUT.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.provisioning import FAILED
from ..._core.ports import Azure
from .sources import DefinitionKind


def create_gallery(azure: Azure, gallery: ResourceId, body: Mapping[str, Any]) -> None:
    """Create a gallery, unless another run has created it meanwhile."""
    found = azure.galleries.find_settled(gallery)
    if found is None or found.provisioning_state == FAILED:
        azure.galleries.put(gallery, body)


def create_image(azure: Azure, wanted: GalleryImage, body: Mapping[str, Any]) -> None:
    """Create an image definition, unless another run has created one of the same kind meanwhile."""
    found = azure.gallery_images.find_settled(wanted.id)
    if found is None or found.provisioning_state == FAILED:
        azure.gallery_images.put(wanted.id, body)
    elif DefinitionKind.of(found) != DefinitionKind.of(wanted):
        raise InvalidRequest(
            f"image definition {wanted.id.name} in gallery {wanted.id.parent.name} was created by another run meanwhile, for other sources:"
            " run again, to see what differs."
        )
