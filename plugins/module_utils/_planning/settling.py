# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources on which Azure still carries out an operation that an interrupted run began."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from .._core.errors import TimedOut
from .._core.ids import ResourceId
from .._core.model.disk import Disk
from .._core.model.gallery import Gallery
from .._core.model.gallery_image import GalleryImage
from .._core.model.gallery_image_version import GalleryImageVersion
from .._core.model.image import Image
from .._core.model.provisioning import BUSY, DELETING, SUCCEEDED
from .._core.model.snapshot import Snapshot
from .._core.model.vm import Vm
from .._core.ports import Resources

T = TypeVar("T", Disk, Gallery, GalleryImage, GalleryImageVersion, Image, Snapshot, Vm)


def look_up(resources: Resources[T], resource: ResourceId, check_mode: bool) -> T | None:
    """The resource, or None if it does not exist. Outside of check mode, first wait until it has settled or the deadline is near."""
    return resources.find(resource) if check_mode else resources.find_settled(resource)


def settled(noun: str, resource: T | None, check_mode: bool) -> tuple[T | None, tuple[str, ...]]:
    """The resource after the operation on it, and warnings. ``noun`` names its kind in sentences.

    Outside of check mode the operation was waited for, so ``TimedOut`` is raised if it still runs. Check mode assumes that it succeeds,
    and a warning says so; the resource is None if it is being deleted.
    """
    if resource is None or not _is_busy(resource):
        return resource, ()
    state = resource.provisioning_state if resource.provisioning_state in BUSY else "being copied"
    if not check_mode:
        raise TimedOut(f"{noun} {resource.id.name} is still {state}; run again later, or raise wait_timeout.")
    after = None if state == DELETING else replace(resource, provisioning_state=SUCCEEDED)
    return after, (f"{noun[0].upper()}{noun[1:]} {resource.id.name} is {state}: planned as if that had succeeded.",)


def _is_busy(resource: Disk | Gallery | GalleryImage | GalleryImageVersion | Image | Snapshot | Vm) -> bool:
    copied = not isinstance(resource, Snapshot) or resource.copied
    return resource.provisioning_state in BUSY or (resource.provisioning_state == SUCCEEDED and not copied)
