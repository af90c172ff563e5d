# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of an upload, completed by a first look at the disk file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import DISK, IMAGE, ResourceId
from ..._core.limits import LONGEST_NAME, require_wait
from ..._core.model.partitions import Partitions, require_bootable
from ..._core.references import own_id, parse_reference, require_given, require_group
from ..gallery.target import GalleryTarget

SUFFIX = "-upload"
X64, ARM64 = "x64", "Arm64"


@dataclass(frozen=True)
class UploadRequest:
    """The image and its interim disk, the file at ``path``, and how the image should be. ``generation`` is ``V1`` or ``V2``.

    With a ``target``, a version in a gallery is made. ``image`` is the interim image then, for definitions that take no disks.
    ``run_id`` is different in every run.
    """

    image: ResourceId
    disk: ResourceId
    path: str
    generation: str
    location: str | None = None
    os_type: str = "Linux"
    storage_account_type: str = "Standard_LRS"
    keep_disk: bool = False
    recreate: bool = False
    architecture: str = X64
    target: GalleryTarget | None = None
    tags: Mapping[str, str] | None = None
    append_tags: bool = True
    run_id: str = field(default="", compare=False)

    @classmethod
    def from_params(cls, params: Mapping[str, Any], look: Callable[[str], Partitions]) -> UploadRequest:
        """Check and complete the module's options. ``look`` reads the partition table of the file, and refuses other files."""
        require_wait(params)
        target, image = _targets(params)
        require_given("path", params["path"])
        disk = params["disk"] or (image.name if target else interim_name(image.name))
        request = cls(
            image=image,
            disk=parse_reference(disk, DISK, image.resource_group, "disk"),
            path=params["path"],
            generation=params["hyper_v_generation"] or "",
            location=params["location"],
            os_type=params["os_type"],
            storage_account_type=params["storage_account_type"],
            keep_disk=params["keep_disk"],
            recreate=params["recreate"],
            architecture=params["architecture"],
            target=target,
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
            run_id=uuid.uuid4().hex,
        )
        return request.fitted(look(request.path))

    @property
    def title(self) -> str:
        """The image or the image definition in a sentence."""
        if self.target is None:
            return f"image {self.image.name}"
        return f"image definition {self.target.image.name} in gallery {self.target.gallery.name}"

    @property
    def owner(self) -> str:
        """The image or the image definition in a tag, which holds 256 characters: that is too short for a full id."""
        named = self.target.image if self.target else self.image
        return "/".join((named.resource_group, *named.names))

    def fitted(self, partitions: Partitions) -> UploadRequest:
        """The same request with the generation for which the disk was made, unless another one is requested."""
        generation = self.generation or partitions.generation
        require_bootable(self.path, partitions, generation)
        return replace(self, generation=generation)

    def within(self, subscription: str) -> UploadRequest:
        """The same request with full ids."""
        target = self.target.within(subscription) if self.target else None
        return replace(self, image=self.image.within(subscription), disk=self.disk.within(subscription), target=target)


def interim_name(name: str) -> str:
    """The name of the interim disk or image of an upload."""
    return f"{name[: LONGEST_NAME - len(SUFFIX)]}{SUFFIX}"


def _targets(params: Mapping[str, Any]) -> tuple[GalleryTarget | None, ResourceId]:
    """The version in a gallery, if one is requested, and the managed image. An option without a value counts as omitted."""
    name, option = params["name"], params["gallery_image_version"]
    if option and name:
        raise InvalidRequest("name and gallery_image_version exclude each other: give one of them.")
    if not option:
        if name is None:
            raise InvalidRequest("name: give name for a managed image, or gallery_image_version for a version in a gallery.")
        if params["architecture"] == ARM64:
            raise InvalidRequest("architecture: managed images hold x64 systems only: publish an Arm64 one with gallery_image_version.")
        return None, own_id(params, IMAGE)
    group = require_group(params["resource_group"])
    target = GalleryTarget.from_option(option, group)
    return target, ResourceId.of(IMAGE, group, interim_name(target.image.name))
