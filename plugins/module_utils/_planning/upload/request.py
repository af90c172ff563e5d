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
from ..._core.ids import DISK, IMAGE, ResourceId
from ..._core.limits import LONGEST_NAME, require_wait
from ..._core.model.partitions import Partitions, require_bootable
from ..._core.references import own_id, parse_reference, require_given

SUFFIX = "-upload"


@dataclass(frozen=True)
class UploadRequest:
    """The image and its interim disk, the file at ``path``, and how the image should be. ``generation`` is ``V1`` or ``V2``.

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
    tags: Mapping[str, str] | None = None
    append_tags: bool = True
    run_id: str = field(default="", compare=False)

    @classmethod
    def from_params(cls, params: Mapping[str, Any], look: Callable[[str], Partitions]) -> UploadRequest:
        """Check and complete the module's options. ``look`` reads the partition table of the file, and refuses other files."""
        require_wait(params)
        image = own_id(params, IMAGE)
        require_given("path", params["path"])
        disk = params["disk"] or f"{image.name[: LONGEST_NAME - len(SUFFIX)]}{SUFFIX}"
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
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
            run_id=uuid.uuid4().hex,
        )
        return request.fitted(look(request.path))

    def fitted(self, partitions: Partitions) -> UploadRequest:
        """The same request with the generation for which the disk was made, unless another one is requested."""
        generation = self.generation or partitions.generation
        require_bootable(self.path, partitions, generation)
        return replace(self, generation=generation)

    def within(self, subscription: str) -> UploadRequest:
        """The same request with full ids."""
        return replace(self, image=self.image.within(subscription), disk=self.disk.within(subscription))
