# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on galleries, image definitions and image versions: each is one request to Azure, with the sentence that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._core.errors import Failed, Refused
from ..._core.guard import NO_GUARD, Guard
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.model.gallery_image import GalleryImage
from ..._core.ports import Azure
from ..gallery.changing import Change, change, purge
from ..gallery.claims import Claim, create
from ..gallery.deletion import delete
from ..gallery.numbers import Place
from ..gallery.on_request import create_gallery, create_image
from ..gallery.publication import WAIT_ALL, WAIT_FIRST
from ..gallery.replication import Watch, await_replication

HOW_MANY = {WAIT_ALL: "", WAIT_FIRST: "one of "}


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
class ReplaceGalleryImage:
    """Create an image definition in place of one that was deleted. If Azure refuses it, ``former``, the body of that one, is put back."""

    image: ResourceId
    body: Mapping[str, Any]
    former: Mapping[str, Any]

    def __str__(self) -> str:
        return f"create image definition {self.image.name} in gallery {self.image.parent.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        try:
            azure.gallery_images.put(self.image, self.body)
        except (Refused, Failed) as error:
            azure.gallery_images.put(self.image, self.former)
            raise type(error)(f"{error.message.rstrip('.')}. The former image definition was created again.", **error.facts) from error


@dataclass(frozen=True)
class CreateGalleryOnRequest:
    """Create a gallery for what a task makes. One that another run has created meanwhile stays as it is."""

    gallery: ResourceId
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"create gallery {self.gallery.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        create_gallery(azure, self.gallery, self.body)


@dataclass(frozen=True)
class CreateGalleryImageOnRequest:
    """Create an image definition for what a task makes. One that another run has created meanwhile stays as it is, if it is the same."""

    image: GalleryImage
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"create image definition {self.image.id.name} in gallery {self.image.id.parent.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        create_image(azure, self.image, self.body)


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


@dataclass(frozen=True)
class PutGalleryImageVersion:
    """Create a version. ``source`` names its source in the sentence."""

    claim: Claim
    source: str
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        version = self.claim.place.version
        return f"create version {version.name} of image definition {version.parent.name} from {self.source}"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        create(azure, listener, self.claim)


@dataclass(frozen=True)
class AwaitReplication:
    """Wait until regions can use a version, and repair failed replications. ``regions`` holds their short names."""

    place: Place
    regions: tuple[str, ...]
    wait: str
    api: str = ""

    def __str__(self) -> str:
        return f"wait until version {self.place} can be used in {HOW_MANY[self.wait]}{', '.join(self.regions)}"

    def run(self, azure: Azure, listener: Listener) -> None:
        await_replication(azure, listener, self.place.version, self.regions, self.wait, self.api)


@dataclass(frozen=True)
class UpdateGalleryImageVersion:
    """Change a version. ``change`` makes the body from the version as it is then, ``what`` names the change in the sentence.

    ``regions`` and ``wait`` say when the end of the change need not be waited for.
    """

    version: ResourceId
    what: str
    change: Change = field(compare=False, repr=False)
    regions: tuple[str, ...] = ()
    wait: str = WAIT_ALL
    api: str = ""

    def __str__(self) -> str:
        return f"change {self.what} of version {self.version.name} of image definition {self.version.parent.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        change(azure, self.version, self.change, Watch(listener, self.regions, self.wait), self.api)


@dataclass(frozen=True)
class PurgeRegions:
    """Remove the replicas of a version in some regions. Other regions stay, also those that another writer adds meanwhile."""

    version: ResourceId
    regions: tuple[str, ...]
    api: str = ""

    def __str__(self) -> str:
        return f"remove the replicas of version {self.version.name} in {', '.join(self.regions)}"

    def run(self, azure: Azure, listener: Listener) -> None:
        purge(azure, self.version, set(self.regions), self.api)


@dataclass(frozen=True)
class TagGalleryImageVersion:
    """Replace all tags of a version."""

    version: ResourceId
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"set the tags of version {self.version.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.gallery_image_versions.tag(self.version, self.tags)


@dataclass(frozen=True)
class DeleteGalleryImageVersion:
    """Delete a version with all of its replicas."""

    version: ResourceId
    guard: Guard = field(default=NO_GUARD, repr=False, compare=False)

    def __str__(self) -> str:
        return f"delete version {self.version.name} of image definition {self.version.parent.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        self.guard.require(azure)
        delete(azure, self.version)
