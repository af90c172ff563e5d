# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources of an image and the image that it replaces, read again right before the requests that depend on them."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core.errors import InvalidRequest
from ..._core.model.disk import Disk
from ..._core.model.image import Image
from ..._core.ports import Azure
from ..evidence.origin import Origin


@dataclass(frozen=True)
class SameSources:
    """Guards what is made from disks: no VM was started or has got a disk since they were judged. Snapshots do not change."""

    origins: tuple[Origin, ...] = ()

    def require(self, azure: Azure) -> None:
        for origin in self.origins:
            if isinstance(origin.source, Disk):
                _require_unused(azure, origin.source)


@dataclass(frozen=True)
class SameImage:
    """Guards the deletion of an image that is replaced: it is the one that was planned with, and its successor can still be made."""

    image: Image
    sources: SameSources = SameSources()

    def require(self, azure: Azure) -> None:
        now = azure.images.find(self.image.id)
        if now is not None and now != self.image:
            raise InvalidRequest(f"image {now.id.name} was changed by another run meanwhile, and is left as it is: run again.")
        self.sources.require(azure)


def _require_unused(azure: Azure, planned: Disk) -> None:
    now = azure.disks.find(planned.id)
    if now is None or now.unique_id != planned.unique_id:
        raise InvalidRequest(f"disk {planned.id.name} was deleted or replaced meanwhile: run again.")
    if (now.managed_by, now.ownership_time) != (planned.managed_by, planned.ownership_time):
        raise InvalidRequest(f"disk {planned.id.name} has changed its owner meanwhile, as it does when a VM starts: run again.")
