# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of the Marketplace: their names, their versions, and the plans under which they are bought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .deprecation import DEPRECATED, deprecation_of


class Sku(NamedTuple):
    """The name of a Marketplace image without its version."""

    publisher: str
    offer: str
    sku: str


@dataclass(frozen=True)
class MarketplaceVersion:
    """A version of a Marketplace image in a region. ``properties`` holds Azure's JSON as it is."""

    sku: Sku
    name: str
    location: str
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        """The name by which az and image_boot know it."""
        return ":".join((*self.sku, self.name))

    @property
    def deprecation(self) -> Mapping[str, Any] | None:
        """Whether it is deprecated or will be; None if Azure does not say."""
        return deprecation_of(self.properties)

    @property
    def is_deprecated(self) -> bool:
        """Whether no VM can be made from it any more."""
        return (self.deprecation or {}).get("state") == DEPRECATED


class PurchasePlan(NamedTuple):
    """The plan of a Marketplace image, as a VM names it. ``product`` is the offer."""

    publisher: str
    product: str
    name: str

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> PurchasePlan | None:
        """The plan in a JSON object with its three names, such as that of a VM; None if one of them is missing."""
        names = [plan.get(each) for each in cls._fields]
        return cls(*map(str, names)) if all(names) else None


@dataclass(frozen=True)
class Terms:
    """The terms of a plan in one subscription. ``raw`` is Azure's agreement as it is: accepting sends all of it back."""

    plan: PurchasePlan
    accepted: bool
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chosen:
    """Which parts of the catalogue a walk visits. Each function says whether a name is wanted; nothing below an unwanted one is visited."""

    publisher: Callable[[str], bool]
    offer: Callable[[str, str], bool]
    sku: Callable[[Sku], bool]


@dataclass(frozen=True)
class Walk:
    """The versions that a walk through the catalogue of a region has found. ``missing`` has one sentence for each part that could not be
    read, ``warnings`` say why the cache was not used.
    """

    versions: tuple[MarketplaceVersion, ...] = ()
    missing: tuple[str, ...] = ()
    cached: bool = False
    """Whether any part of it was read from the cache."""
    warnings: tuple[str, ...] = ()
    read_at: str | None = None
    """When the oldest of the parts from the cache was read from Azure."""
