# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of a list of images, which mean the same for images of all origins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

from ..._core.ids import region
from ..._core.model.deprecation import DEPRECATED, SCHEDULED
from ..._core.model.listed_image import COMMUNITY, GALLERY, MANAGED, MARKETPLACE, SHARED, ListedImage
from ..._core.times import parse_time
from ..marketplace.deprecation import NOT_OFFERED

Tags: TypeAlias = "tuple[tuple[str, str | None], ...]"

_IN_GALLERIES_ONLY = "managed images are in no gallery"
_OF_OTHERS = "it is a gallery of others, whose resource group is not known"
_BY_PLACE = "Marketplace images are named by publisher, offer and SKU only"
_NO_DATE = "{} have no date of publication"
NOT_KNOWN: Mapping[str, Mapping[str, str]] = {
    MANAGED: {
        **dict.fromkeys(("publisher", "offer", "sku", "gallery", "gallery_image"), _IN_GALLERIES_ONLY),
        **dict.fromkeys(("min_age", "max_age"), _NO_DATE.format("managed images")),
    },
    GALLERY: {},
    SHARED: {"resource_group": _OF_OTHERS},
    COMMUNITY: {"resource_group": _OF_OTHERS},
    MARKETPLACE: {
        **dict.fromkeys(("name", "resource_group", "tags", "gallery", "gallery_image"), _BY_PLACE),
        **dict.fromkeys(("min_age", "max_age"), _NO_DATE.format("Marketplace images")),
    },
}
"""The filters that an origin knows nothing about, with the reason: a list with one of them has no images of that origin."""
_SUBSCRIPTION = re.compile("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-", re.IGNORECASE)
NOT_TO_BE_USED = (SCHEDULED, DEPRECATED, NOT_OFFERED)
"""The states of images, and of the plans of images, that are deprecated, will be, or were withdrawn."""


@dataclass(frozen=True)
class Filters:
    """The properties by which images are chosen. One that is None or empty is not compared.

    Upper and lower case are not distinguished. Any of the values of ``security_type`` is accepted. ``words`` must each occur somewhere in
    what names an image. ``publisher``, ``offer`` and ``sku`` are parts of these names. ``min_age`` and ``max_age`` are in days.
    """

    name: str | None = None
    resource_group: str | None = None
    tags: Tags = ()
    os_type: str | None = None
    generation: str | None = None
    architecture: str | None = None
    security_type: tuple[str, ...] = ()
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

    def of_definition(self) -> Filters:
        """The filters that decide about an image definition alone, before any version of it is read."""
        return replace(self, location=None, min_age=None, max_age=None, deprecated=None)

    @property
    def given(self) -> tuple[str, ...]:
        """The names of the options that are given, ``text`` for the words."""
        names = (name for name, value in vars(self).items() if value not in (None, ()))
        return tuple("text" if name == "words" else name for name in names)


def matches(image: ListedImage, filters: Filters, now: datetime | None = None) -> bool:
    """Whether an image has all properties that the filters name. A property that is not known matches no filter."""
    return (
        all(_is(wanted, found) for wanted, found in _equal(image, filters) if wanted is not None)
        and all(_has(part, name) for part, name in _parts(image, filters) if part is not None)
        and _has_tags(image, filters.tags)
        and (not filters.security_type or any(_is(each, image.security_type) for each in filters.security_type))
        and (filters.gallery is None or is_of(filters.gallery, image.gallery, image.subscription_id))
        and (filters.location is None or filters.location in _regions(image))
        and (filters.deprecated is None or filters.deprecated is is_deprecated(image))
        and _has_age(image, filters, now or datetime.now(timezone.utc))
        and all(word in _text(image) for word in filters.words)
    )


def is_deprecated(image: ListedImage) -> bool | None:
    """Whether an image is deprecated or scheduled for it; None if that is not known. One of a user's own without a plan never is."""
    if image.deprecation is not None:
        return image.deprecation.get("state") in NOT_TO_BE_USED
    return None if image.plan or image.origin == MARKETPLACE else False


def _equal(image: ListedImage, filters: Filters) -> Iterator[tuple[str | None, str | None]]:
    yield filters.name, image.name
    yield filters.resource_group, image.resource_group
    yield filters.os_type, image.os_type
    yield filters.generation, image.hyper_v_generation
    yield filters.architecture, image.architecture
    yield filters.gallery_image, image.gallery_image


def _parts(image: ListedImage, filters: Filters) -> Iterator[tuple[str | None, str | None]]:
    yield filters.publisher, image.publisher
    yield filters.offer, image.offer
    yield filters.sku, image.sku


def _is(wanted: str, found: str | None) -> bool:
    return found is not None and wanted.casefold() == found.casefold()


def _has(part: str, name: str | None) -> bool:
    return name is not None and part.casefold() in name.casefold()


def is_of(named: str, gallery: str | None, subscription: str | None) -> bool:
    """Whether a name is that of a gallery: the owner's, or the unique one, which begins with the subscription of the owner.

    ``subscription`` is None for a gallery of others, which is known by its unique or public name.
    """
    if gallery is None:
        return False
    names = (gallery, f"{subscription}-{gallery}") if subscription else (gallery, _SUBSCRIPTION.sub("", gallery))
    return any(_is(named, name) for name in names)


def _has_tags(image: ListedImage, wanted: Tags) -> bool:
    tags = {name.casefold(): value for name, value in (image.tags or {}).items()}
    return all(name in tags and value in (None, tags[name]) for name, value in wanted)


def _regions(image: ListedImage) -> tuple[str, ...]:
    """The regions in which VMs can be made from an image: if they are not known, the one in which it was found."""
    return (region(image.location),) if image.regions is None else image.regions


def _has_age(image: ListedImage, filters: Filters, now: datetime) -> bool:
    if filters.min_age is None and filters.max_age is None:
        return True
    if (published := parse_time(image.published)) is None:
        return False
    age = now - published
    return (filters.min_age is None or age >= timedelta(days=filters.min_age)) and (
        filters.max_age is None or age <= timedelta(days=filters.max_age)
    )


def _text(image: ListedImage) -> str:
    """Everything that names an image, in lower case: for an image of the Marketplace its publisher, offer and SKU."""
    names = [image.publisher, image.offer, image.sku]
    if image.origin != MARKETPLACE:
        tags = (part for tag in (image.tags or {}).items() for part in tag)
        names += [image.name, image.resource_group, image.gallery, image.gallery_image, image.description, *tags]
    return "\n".join(name for name in names if name).casefold()
