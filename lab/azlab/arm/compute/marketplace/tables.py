"""The tables of a Marketplace catalogue: publishers, their offers, the images (SKUs) of these, and versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

FOOTER = 512
"""The bytes of a VHD's footer, which Azure counts among those of an image's disk."""


class Plan(NamedTuple):
    """The plan under which an image is bought. Azure's catalogue does not say whether it costs something; `paid` does."""

    publisher: str
    product: str
    name: str
    paid: bool


class Deprecation(NamedTuple):
    """Whether a version may still be deployed. `option` is the kind of alternative: None, Offer or Plan."""

    state: str = "Active"
    time: str = ""
    option: str = ""
    alternative: str = ""


ACTIVE = Deprecation()


class ImageVersion(NamedTuple):
    """One version of an image, and the regions that do not have it."""

    name: str
    missing_in: tuple[str, ...] = ()
    deprecation: Deprecation = ACTIVE

    @property
    def order(self) -> tuple[int, ...]:
        """The place of a version among those of its image: numbers are compared as numbers."""
        return tuple(int(part) for part in self.name.split("."))

    @property
    def deprecated(self) -> bool:
        """Whether no VM can be made from it any more."""
        return self.deprecation.state == "Deprecated"


class Image(NamedTuple):
    """An image of the Marketplace, which Azure calls a SKU."""

    publisher: str
    offer: str
    sku: str
    os_type: str
    generation: str
    """V1 or V2; empty for an image from before there were two."""
    architecture: str
    size: int
    """The bytes of the OS disk."""
    data_disks: tuple[tuple[int, int], ...]
    """LUN and size in GiB of each data disk."""
    plan: Plan | None
    features: tuple[tuple[str, str], ...]
    auto_upgrade: bool
    managed: bool
    """Whether only managed disks are made from it. Azure does not say how big the disks of such an image are."""
    bootable: bool
    """Whether the image has bytes: those of the lab's guest disk. All others have empty disks."""
    versions: tuple[ImageVersion, ...]

    def in_region(self, location: str) -> list[ImageVersion]:
        """The versions that a region has."""
        return [each for each in self.versions if location not in each.missing_in]


class Offer(NamedTuple):
    """An offer of a publisher. `portal_only`: its terms are accepted in the portal alone."""

    name: str
    missing_in: tuple[str, ...]
    portal_only: bool
    images: dict[str, Image]
    """By the SKU's name in lower case."""


class Publisher(NamedTuple):
    """A publisher. Azure lists some whose offers it then does not find: their `offers` are None."""

    name: str
    offers: dict[str, Offer] | None
    """By name in lower case."""


@dataclass(frozen=True)
class Catalogue:
    """All images of a Marketplace."""

    publishers: dict[str, Publisher]
    """By name in lower case."""

    def offers(self, publisher: str, location: str) -> dict[str, Offer] | None:
        """The offers of a publisher in a region; None if Azure says that there is no such publisher."""
        found = self.publishers.get(publisher.lower())
        if found is None or found.offers is None:
            return None
        return {key: offer for key, offer in found.offers.items() if location not in offer.missing_in}

    def offer(self, publisher: str, offer: str) -> Offer | None:
        """An offer, in whatever region it is."""
        found = self.publishers.get(publisher.lower())
        return None if found is None or found.offers is None else found.offers.get(offer.lower())

    def image(self, publisher: str, offer: str, sku: str, location: str) -> Image | None:
        """An image that a region offers."""
        found = self.offer(publisher, offer)
        return None if found is None or location in found.missing_in else found.images.get(sku.lower())

    def sold_as(self, publisher: str, product: str, plan: str) -> Image | None:
        """The image with this plan, in whatever region it is."""
        offer = self.offer(publisher, product)
        images = offer.images.values() if offer else ()
        return next((each for each in images if each.plan and each.plan.name.lower() == plan.lower()), None)


EMPTY = Catalogue({})
