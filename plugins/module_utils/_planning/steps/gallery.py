# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on galleries, image definitions and image versions: each is one request to Azure, with the sentence that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._core.guard import NO_GUARD, Guard
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.ports import Azure


@dataclass(frozen=True)
class PutGallery:
    """Create a gallery, or change one to a body. ``verb`` is the verb of the sentence."""

    gallery: ResourceId
    body: Mapping[str, Any]
    verb: str = "create"

    def __str__(self) -> str:
        return f"{self.verb} gallery {self.gallery.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.galleries.put(self.gallery, self.body)


@dataclass(frozen=True)
class PutGalleryImage:
    """Create an image definition, or change one to a body. ``verb`` is the verb of the sentence."""

    image: ResourceId
    body: Mapping[str, Any]
    verb: str = "create"

    def __str__(self) -> str:
        return f"{self.verb} image definition {self.image.name} in gallery {self.image.parent.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.gallery_images.put(self.image, self.body)


@dataclass(frozen=True)
class DeleteGallery:
    """Delete a gallery, which must be empty."""

    gallery: ResourceId
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"delete gallery {self.gallery.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        azure.galleries.delete(self.gallery)


@dataclass(frozen=True)
class DeleteGalleryImage:
    """Delete an image definition, which must have no versions."""

    image: ResourceId
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"delete image definition {self.image.name} in gallery {self.image.parent.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        azure.gallery_images.delete(self.image)
