# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources in the storage profile of a version, compared as Azure compares them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Sources = Mapping[str, str]
"""The id or URI of each source, by its place: ``source``, ``source.os_disk``, ``source.data_disks (lun 0)``."""


def sources_of(storage: Mapping[str, Any]) -> Sources:
    """The sources in a storage profile. Disks without a source of their own belong to that of the version."""
    data_disks = {f"source.data_disks (lun {each.get('lun')})": each.get("source") for each in storage.get("dataDiskImages") or ()}
    places = {"source": storage.get("source"), "source.os_disk": (storage.get("osDiskImage") or {}).get("source"), **data_disks}
    return {place: text for place, source in places.items() if (text := _text(source or {}))}


def is_same(wanted: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Whether a stored storage profile has the sources of a wanted one."""
    return not different(wanted, stored)


def different(wanted: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """The places in which a stored storage profile has another source than a wanted one."""
    found = sources_of(stored)
    return [place for place, text in sources_of(wanted).items() if found.get(place, "").casefold() != text.casefold()]


def _text(source: Mapping[str, Any]) -> str:
    return str(source.get("id") or source.get("virtualMachineId") or source.get("communityGalleryImageId") or source.get("uri") or "")
