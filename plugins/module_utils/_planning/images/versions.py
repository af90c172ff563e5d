# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions of an image definition are in a list, and which of them Azure deploys if none is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

from ..._core.model.listed_image import ListedImage
from ..._core.model.provisioning import BEING_MADE, SUCCEEDED
from .filters import matches
from .order import version_number
from .request import EVERY, LATEST, ListRequest

SOFT_DELETED = "SoftDeleted"
USABLE = (None, SUCCEEDED, *BEING_MADE)
"""The states of versions from which VMs can be made without naming their number. One that gets another region is usable where it is."""


class Candidate:
    """A version of a definition. ``complete`` reads what the list of versions does not have, once and only if it is needed."""

    def __init__(self, listed: ListedImage, complete: Callable[[ListedImage], ListedImage | None] = lambda listed: listed) -> None:
        self.listed = listed
        self._complete = complete

    @cached_property
    def image(self) -> ListedImage | None:
        """The version with everything that is known of it; None if it was deleted since it was listed."""
        return self._complete(self.listed)

    @property
    def is_usable(self) -> bool:
        """Whether it can be the newest version: one that is being deleted, was deleted or has failed cannot."""
        return self.listed.provisioning_state in USABLE

    def is_offered(self, location: str) -> bool:
        """Whether Azure takes it in a region if no version is named and no newer one is there."""
        offered = self.is_usable and not self.listed.exclude_from_latest
        return offered and self.image is not None and location in (self.image.regions or ())


def selected(request: ListRequest, candidates: Iterable[Candidate]) -> Iterator[ListedImage]:
    """The versions of one definition that a list has, the oldest one first. Whether one is the latest is known for a region only."""
    newest_first = sorted(candidates, key=lambda each: version_number(each.listed.version or ""), reverse=True)
    latest = next((each for each in newest_first if each.is_offered(request.location)), None) if request.location else None
    for each in _considered(request, newest_first, latest):
        if image := _found(request, each):
            yield replace(image, latest=each is latest if request.location else None)
            if request.versions != EVERY:
                return


def _considered(request: ListRequest, newest_first: Sequence[Candidate], latest: Candidate | None) -> Iterable[Candidate]:
    if request.versions == EVERY:
        return reversed(newest_first)
    if request.versions == LATEST:
        return (latest,) if latest else ()
    return (each for each in newest_first if each.is_usable)


def _found(request: ListRequest, candidate: Candidate) -> ListedImage | None:
    """The version if it matches the filters, except for a state that its plan has. It is completed only if what is listed of it matches.

    An image whose newest version was withdrawn is still offered with an older one. One whose old versions were is not deprecated.
    """
    is_known = candidate.listed.deprecation is not None
    filters = replace(request.filters, deprecated=False if request.filters.deprecated is False and is_known else None)
    if not matches(candidate.listed, replace(filters, location=None)):
        return None
    image = candidate.image
    return image if image and matches(image, filters) else None


def enough(request: ListRequest, images: Iterator[ListedImage]) -> tuple[ListedImage, ...]:
    """As many images of a sorted origin as the list can need: one more than its limit shows that there are more.

    A filter by the state of the plan needs all, because that state is read later.
    """
    cut = request.limit is not None and request.filters.deprecated is None
    return tuple(islice(images, request.limit + 1) if cut and request.limit is not None else images)


def disks_of(storage: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an image about its disks, from the storage profile of a version; galleries of others name the size differently."""
    system, data = storage.get("osDiskImage") or {}, storage.get("dataDiskImages") or ()
    return {
        "os_disk_size_gib": system.get("sizeInGB", system.get("diskSizeGB")),
        "data_disk_luns": tuple(sorted(each["lun"] for each in data)),
    }
