# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Marketplace's catalogue as recordings show it: publishers, offers, SKUs and versions, in the order in which Azure listed them.

Two recordings of one region show what the Marketplace offered at different times. Each recording therefore has its own regions in the lab.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from tests.contract.golden.read import Exchange, Recording

Json = dict[str, Any]

LEVELS = ("publishers", "offers", "skus", "versions")
"""The names of the levels of the catalogue, in paths and in the file of the lab."""

_IN_CATALOGUE = re.compile(
    r"/subscriptions/[^/]+/providers/Microsoft\.Compute/locations/(?P<region>[^/]+)/(?P<rest>publishers\b.*)", re.IGNORECASE
)
_EXTENSIONS = "/artifacttypes/vmextension/"
_OF_PART_OF_A_LIST = ("$top", "$orderby", "$filter", "$skip")


def region_of(path: Any) -> str | None:
    """The region in the path of a part of the catalogue; None for everything else."""
    match = _IN_CATALOGUE.fullmatch(path) if isinstance(path, str) else None
    return match["region"] if match else None


def new_region(recording: str, region: str) -> str:
    """The region of the lab that has the catalogue of a region in a recording."""
    return f"{region.lower()}{hashlib.sha256(recording.encode()).hexdigest()[:8]}"


def catalogues(recordings: list[Recording]) -> Json:
    """The catalogue of each region of the lab: levels of `{name: {...}}`, with the recorded properties of SKUs and versions."""
    found: Json = {}
    for recording in recordings:
        for exchange in sorted(filter(_shows_catalogue, recording.exchanges), key=_rank):
            region = new_region(recording.name, region_of(exchange.path) or "")
            _learn(found.setdefault(region, {}), exchange)
    return found


def _shows_catalogue(exchange: Exchange) -> bool:
    in_catalogue = bool(region_of(exchange.path)) and _EXTENSIONS not in exchange.path.lower()
    return in_catalogue and exchange.method == "GET" and exchange.status == 200


def _rank(exchange: Exchange) -> tuple[bool, int]:
    """The rank of what an answer shows: whole lists go first, those of publishers before all others, because they have Azure's spelling."""
    part = not isinstance(exchange.answer, list) or any(name in exchange.query for name in _OF_PART_OF_A_LIST)
    return part, len(exchange.path)


def _learn(catalogue: Json, exchange: Exchange) -> None:
    """Add what one answer shows."""
    names = list(_names(exchange.path))
    one = isinstance(exchange.answer, dict)
    place = _place(catalogue, names[:-1] if one else names)
    for item in [exchange.answer] if one else exchange.answer:
        _entry(place, item["name"]).update({"properties": item["properties"]} if "properties" in item else {})


def _names(path: str) -> Iterator[str]:
    """The names in the path of a part of the catalogue, from the publisher down."""
    match = _IN_CATALOGUE.fullmatch(path)
    parts = match["rest"].strip("/").split("/") if match else []
    for kind, name in zip(parts[::2], parts[1::2], strict=False):
        if kind.lower() in LEVELS:
            yield name


def _place(catalogue: Json, names: list[str]) -> Json:
    """The entries below the entry that these names lead to."""
    place: Json = catalogue.setdefault(LEVELS[0], {})
    for name, level in zip(names, LEVELS[1:], strict=False):
        place = _entry(place, name).setdefault(level, {})
    return place


def _entry(place: Json, name: str) -> Json:
    """The entry with a name, in whatever case; it is added if there is none."""
    known = next((each for each in place if each.lower() == name.lower()), name)
    entry: Json = place.setdefault(known, {})
    return entry
