# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random filters that `az vm image list --all` has: parts of names, in any case, alone and together, and an architecture."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from azlab.client import LabClient, RequestFailed

VERSION = "2024-07-01"
ARCHITECTURES = ("x64", "Arm64")
Filter = dict[str, str]

SHAPES = (
    *(("publisher",), ("publisher", "offer"), ("publisher", "sku"), ("publisher", "offer", "sku")) * 2,
    *(("publisher", "architecture"), ("publisher", "offer", "architecture"), ("publisher", "sku", "architecture")) * 2,
    *(("publisher", "offer", "sku", "architecture"), ("offer",), ("offer", "architecture"), ("sku",)),
)
"""Which names the filters have parts of; without the publisher's, az asks every publisher, and is slow."""


class Catalogue:
    """The names in the lab's Marketplace in one region, read one list at a time."""

    def __init__(self, lab: LabClient, location: str) -> None:
        self._lab = lab
        self._root = f"providers/Microsoft.Compute/locations/{location}/publishers"
        self.publishers = self._names("")

    def offers(self, publisher: str) -> list[str]:
        """The offers of a publisher; none if the lab says that it has no offers."""
        return self._names(f"/{publisher}/artifacttypes/vmimage/offers")

    def skus(self, publisher: str, offer: str) -> list[str]:
        """The SKUs of an offer."""
        return self._names(f"/{publisher}/artifacttypes/vmimage/offers/{offer}/skus")

    def _names(self, path: str) -> list[str]:
        try:
            listed: Any = self._lab.get(self._root + path, VERSION)
        except RequestFailed as error:
            if error.status != 404:
                raise
            return []
        return [each["name"] for each in listed]


def drawn(catalogue: Catalogue, source: random.Random) -> Iterator[Filter]:
    """One filter of each shape, and two whose parts belong to different images: those rarely find anything."""
    for shape in SHAPES:
        yield _filter(shape, _names(catalogue, source), source)
    for _ in range(2):
        yield _filter(("publisher", "offer", "sku"), _names(catalogue, source) | {"sku": _names(catalogue, source)["sku"]}, source)


def _names(catalogue: Catalogue, source: random.Random) -> Filter:
    """The names of a random SKU."""
    while True:
        publisher = source.choice(catalogue.publishers)
        if offers := catalogue.offers(publisher):
            offer = source.choice(offers)
            if skus := catalogue.skus(publisher, offer):
                return {"publisher": publisher, "offer": offer, "sku": source.choice(skus)}


def _filter(shape: tuple[str, ...], names: Filter, source: random.Random) -> Filter:
    return {key: source.choice(ARCHITECTURES) if key == "architecture" else _part(names[key], source) for key in shape}


def _part(name: str, source: random.Random) -> str:
    """A part of a name, at least three letters if it has them, in upper, lower or its own case."""
    length = source.randint(min(3, len(name)), len(name))
    start = source.randint(0, len(name) - length)
    part = name[start : start + length]
    return source.choice((part, part.upper(), part.lower()))
