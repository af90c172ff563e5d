# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of the catalogue, each of which has a list of names: all publishers, a publisher, an offer and a SKU."""

from __future__ import annotations

import urllib.parse
from typing import NamedTuple

from ..._core.model.marketplace import Chosen, Sku


class Place(NamedTuple):
    """A list of the catalogue: that of the offers of ``publisher``, for example, if ``offer`` is empty."""

    publisher: str = ""
    offer: str = ""
    sku: str = ""

    @property
    def path(self) -> str:
        """The path of the list in a region. Names may come from a user, so they are quoted."""
        publisher, offer, sku = (urllib.parse.quote(part, "") for part in self)
        if not publisher:
            return "publishers"
        offers = f"publishers/{publisher}/artifacttypes/vmimage/offers"
        return f"{offers}/{offer}/skus/{sku}/versions" if sku else f"{offers}/{offer}/skus" if offer else offers

    @property
    def level(self) -> str:
        """The things in the list, in the plural."""
        return "versions" if self.sku else "SKUs" if self.offer else "offers" if self.publisher else "publishers"

    @property
    def title(self) -> str:
        """The list, for sentences about it."""
        owner = f"of {':'.join(filter(None, self))} " if self.publisher else ""
        return f"the {self.level} {owner}in the Marketplace"

    def chosen_below(self, names: tuple[str, ...], chosen: Chosen) -> list[Place]:
        """The places of the names in this list, which is not one of versions, that a walk visits."""
        if self.offer:
            return [Place(*sku) for sku in (Sku(self.publisher, self.offer, name) for name in names) if chosen.sku(sku)]
        if self.publisher:
            return [Place(self.publisher, name) for name in names if chosen.offer(self.publisher, name)]
        return [Place(name) for name in names if chosen.publisher(name)]
