# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that change galleries and image definitions, and with whom a gallery is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.ports import Azure


@dataclass(frozen=True)
class UpdateGallery:
    """Change properties of a gallery. ``what`` names them in the sentence."""

    gallery: ResourceId
    body: Mapping[str, Any]
    what: str

    def __str__(self) -> str:
        return f"change {self.what} of gallery {self.gallery.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.galleries.update(self.gallery, self.body)


@dataclass(frozen=True)
class UpdateGalleryImage:
    """Change properties of an image definition. ``what`` names them in the sentence."""

    image: ResourceId
    body: Mapping[str, Any]
    what: str

    def __str__(self) -> str:
        return f"change {self.what} of image definition {self.image.name} in gallery {self.image.parent.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.gallery_images.update(self.image, self.body)


@dataclass(frozen=True)
class ShareGallery:
    """Change with whom a gallery is shared. ``sentence`` says how."""

    gallery: ResourceId
    body: Mapping[str, Any]
    sentence: str

    def __str__(self) -> str:
        return self.sentence

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.galleries.share(self.gallery, self.body)
