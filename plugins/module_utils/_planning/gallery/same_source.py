# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources in the storage profile of a version, compared as Azure compares them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Sources = Mapping[str, str]
"""The id or URI of each source, by its place: ``source``, ``os_disk``, ``data_disk 0``. Ids are in lower case."""


def sources_of(storage: Mapping[str, Any]) -> Sources:
    """The sources in a storage profile. Disks without a source of their own belong to that of the version."""
    data_disks = {f"data_disk {each.get('lun')}": each.get("source") for each in storage.get("dataDiskImages") or ()}
    places = {"source": storage.get("source"), "os_disk": (storage.get("osDiskImage") or {}).get("source"), **data_disks}
    return {place: text for place, source in places.items() if (text := _text(source or {}))}


def is_same(wanted: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Whether a stored storage profile has the sources of a wanted one."""
    found = sources_of(stored)
    return all(found.get(place) == text for place, text in sources_of(wanted).items())


def _text(source: Mapping[str, Any]) -> str:
    found = source.get("id") or source.get("virtualMachineId") or source.get("communityGalleryImageId") or source.get("uri") or ""
    return str(found).casefold()
