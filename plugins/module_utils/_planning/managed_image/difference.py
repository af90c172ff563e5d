# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an existing image differs from the requested one. None of these properties can be changed in Azure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..._core import tags as tag
from ..._core.ids import region
from ..._core.model.image import Image, ImageDisk
from ..._core.model.provisioning import FAILED
from .request import ImageRequest, WantedDisk
from .sources import same_source


class Difference(NamedTuple):
    """One property of an existing image with another value than requested."""

    name: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.name} is {self.old}, not {self.new}"


def differences(request: ImageRequest, image: Image, source_id: str = "") -> list[Difference]:
    """All differences. What the request leaves open does not differ.

    ``source_id`` is the unique id that the source of the OS disk has now: a disk that was deleted and created again is another source.
    """
    return [*_of_image(request, image), *_of_disks(request, image, source_id)]


def is_made_again(request: ImageRequest, image: Image, source_id: str = "") -> bool:
    """Whether the task replaces the image: one that differs, if the task allows it, or one as requested whose creation has failed."""
    found = differences(request, image, source_id)
    return request.os_disk is not None and (request.recreate if found else image.provisioning_state == FAILED)


def _of_image(request: ImageRequest, image: Image) -> Iterator[Difference]:
    pairs = (
        ("location", region(image.location), request.location),
        ("os_type", image.os_type, request.os_type),
        ("hyper_v_generation", image.hyper_v_generation, request.generation),
        ("zone_resilient", image.zone_resilient, request.zone_resilient),
    )
    yield from (Difference(*pair) for pair in pairs if pair[2] not in (None, pair[1]))


def _of_disks(request: ImageRequest, image: Image, source_id: str) -> Iterator[Difference]:
    if request.os_disk is None:
        return
    if image.source is not None:
        yield Difference("its source", image.source, "single disks")
        return
    if image.os_disk is not None:
        yield from _of_disk(request.os_disk, image.os_disk)
    made_from = image.tags.get(tag.DISK)
    is_named = image.os_disk is not None and same_source(image.os_disk.source, request.os_disk.source)
    if is_named and made_from and source_id and made_from != source_id:
        yield Difference("the unique id of os_disk.source", made_from, source_id)
    wanted, held = {each.lun or 0: each for each in request.data_disks}, {each.lun or 0: each for each in image.data_disks}
    if wanted.keys() != held.keys():
        yield Difference("the list of LUNs in data_disks", sorted(held), sorted(wanted))
        return
    for lun, disk in wanted.items():
        yield from _of_disk(disk, held[lun])


def _of_disk(wanted: WantedDisk, held: ImageDisk) -> Iterator[Difference]:
    if not same_source(held.source, wanted.source):
        yield Difference(f"{wanted.option}.source", held.source, wanted.source)
    pairs = (
        ("caching", held.caching, wanted.caching),
        ("size_gib", held.size_gib, wanted.size_gib),
        ("storage_account_type", held.storage_account_type, wanted.storage_account_type),
    )
    yield from (Difference(f"{wanted.option}.{name}", old, new) for name, old, new in pairs if new not in (None, old))
    if wanted.encryption_set and not same_source(held.disk_encryption_set, wanted.encryption_set):
        yield Difference(f"{wanted.option}.disk_encryption_set", held.disk_encryption_set, wanted.encryption_set)
