# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of a list of images, which mean the same for images of all origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._core.model.listed_image import COMMUNITY, GALLERY, MANAGED, MARKETPLACE, SHARED

Tags = tuple[tuple[str, str | None], ...]

NOT_KNOWN: Mapping[str, frozenset[str]] = {
    MANAGED: frozenset({"publisher", "offer", "sku", "gallery", "gallery_image", "security_type", "min_age", "max_age"}),
    GALLERY: frozenset(),
    SHARED: frozenset({"resource_group"}),
    COMMUNITY: frozenset({"resource_group"}),
    MARKETPLACE: frozenset({"name", "resource_group", "tags", "gallery", "gallery_image", "min_age", "max_age"}),
}
"""The filters that an origin knows nothing about: a list with one of them has no images of that origin."""


@dataclass(frozen=True)
class Filters:
    """The properties by which images are chosen. One that is None or empty is not compared.

    Upper and lower case are not distinguished. ``words`` must each occur somewhere in what names an image. ``publisher``, ``offer`` and
    ``sku`` are parts of these names. ``min_age`` and ``max_age`` are in days.
    """

    name: str | None = None
    resource_group: str | None = None
    tags: Tags = ()
    os_type: str | None = None
    generation: str | None = None
    architecture: str | None = None
    security_type: str | None = None
    publisher: str | None = None
    offer: str | None = None
    sku: str | None = None
    gallery: str | None = None
    gallery_image: str | None = None
    location: str | None = None
    min_age: int | None = None
    max_age: int | None = None
    deprecated: bool | None = None
    words: tuple[str, ...] = ()
