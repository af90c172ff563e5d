# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on managed images: each is one request to Azure, with the sentence that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._core.guard import NO_GUARD, Guard
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.ports import Azure


@dataclass(frozen=True)
class CreateImage:
    """Create an image. ``body`` is the request body, ``source`` names its source in the sentence."""

    image: ResourceId
    source: str
    body: Mapping[str, Any]
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"create image {self.image.name} from {self.source}"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        azure.images.create(self.image, self.body)


@dataclass(frozen=True)
class TagImage:
    """Replace all tags of an image."""

    image: ResourceId
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"set the tags of image {self.image.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.images.tag(self.image, self.tags)


@dataclass(frozen=True)
class DeleteImage:
    """Delete an image."""

    image: ResourceId
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"delete image {self.image.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        azure.images.delete(self.image)
