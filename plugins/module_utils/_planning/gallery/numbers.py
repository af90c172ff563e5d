# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of versions: which one ``next`` stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..._core.errors import InvalidRequest
from ..._core.ids import GALLERY_IMAGE_VERSION, ResourceId
from ..._core.limits import LARGEST_VERSION_PART
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import DELETING
from ..._core.ports import Azure

FIRST = (1, 0, 0)


@dataclass
class Place:
    """The version that a task creates. With ``version: next``, it moves to another number if another run takes this one first."""

    version: ResourceId
    may_move: bool = False

    def __str__(self) -> str:
        return self.version.name

    def move(self, azure: Azure) -> None:
        """Take the next number that is free now. Raises ``InvalidRequest`` if the task has named the number."""
        if not self.may_move:
            raise InvalidRequest(
                f"version {self.version.name} of image definition {self.version.parent.name} was created by another run meanwhile,"
                " from another source: choose another version, or version: next."
            )
        numbers = [each.number for each in azure.gallery_image_versions.list_in(self.version.parent)]
        self.version = after(self.version.parent, [*numbers, number_of(self.version)])


def number_of(version: ResourceId) -> tuple[int, ...]:
    """The name of a version as numbers."""
    return tuple(int(part) for part in version.name.split("."))


def after(image: ResourceId, numbers: Iterable[tuple[int, ...]]) -> ResourceId:
    """The version whose last number is one more than that of the newest one, or the first version if there is none."""
    newest = max((each for each in numbers if len(each) == 3), default=None)
    major, minor, patch = FIRST if newest is None else (*newest[:2], newest[2] + 1)
    if patch > LARGEST_VERSION_PART:
        raise InvalidRequest(
            f"version: the newest version of image definition {image.name} has the largest last number that Azure can store,"
            " so there is no next one: name a version, such as one with a larger second number."
        )
    return image.child(GALLERY_IMAGE_VERSION, f"{major}.{minor}.{patch}")


def newest_of(versions: Iterable[GalleryImageVersion]) -> GalleryImageVersion | None:
    """The version with the largest number that is not being deleted."""
    return max((each for each in versions if each.provisioning_state != DELETING), key=lambda each: each.number, default=None)


def is_made_from(version: GalleryImageVersion, origin: Mapping[str, str]) -> bool:
    """Whether the tags of a version say that it was made from this very source. ``origin`` are the tags that identify it."""
    return bool(origin) and all(version.tags.get(name) == value for name, value in origin.items())
