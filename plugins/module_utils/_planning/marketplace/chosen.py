# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of the Marketplace's catalogue a list needs."""

from __future__ import annotations

from ..._core.errors import InvalidRequest
from ..._core.model.marketplace import Chosen, Sku
from ..._core.ports import Azure
from ..images.filters import Filters

NAMING = ("publisher", "offer", "sku", "text")
"""The options that choose by what the lists of names say. All others need every version to be read first."""


def require_names(azure: Azure, filters: Filters, location: str) -> None:
    """Refuse to read the whole Marketplace. Nothing but names makes a walk through it shorter."""
    if any(name in filters.given for name in NAMING):
        return
    publishers = len(azure.marketplace.publishers(location))
    raise InvalidRequest(
        f"sources: listing the whole Marketplace in {location} would take more than {1 + publishers} calls, because it has {publishers}"
        " publishers, and each of them, of their offers and of their SKUs takes one more:"
        f" set one of {', '.join(NAMING)}, or leave marketplace out of sources."
    )


def chosen_by(filters: Filters) -> Chosen:
    """The names that filters choose: as ``az vm image list --all`` does by parts of names, and by all words in the three names together.

    A word can be in any of the three names, so it decides about SKUs only.
    """
    return Chosen(
        publisher=lambda name: _has(filters.publisher, name),
        offer=lambda _publisher, name: _has(filters.offer, name),
        sku=lambda sku: _has(filters.sku, sku.sku) and _has_words(filters.words, sku),
    )


def _has(part: str | None, name: str) -> bool:
    return part is None or part.casefold() in name.casefold()


def _has_words(words: tuple[str, ...], sku: Sku) -> bool:
    names = "\n".join(sku).casefold()
    return all(word in names for word in words)
