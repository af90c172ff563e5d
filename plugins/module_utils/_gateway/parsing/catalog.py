# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing images of galleries and of the Marketplace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._core.model.catalog_image import CatalogImage
from ..._core.model.image import ImageDisk
from .json import Json, at, properties_of


def parse_gallery_image(definition: Json, version: Json) -> CatalogImage:
    """An image of a gallery: the definition says which system it holds, the version which data disks."""
    properties, storage = properties_of(definition), at(version, "properties", "storageProfile")
    return CatalogImage(
        os_type=properties.get("osType"),
        os_state=properties.get("osState"),
        data_disks=_data_disks(storage.get("dataDiskImages") or ()),
        **_features(properties),
    )


def parse_marketplace_image(version: Json) -> CatalogImage:
    """A version of an image of the Marketplace, which is always generalized."""
    properties = properties_of(version)
    return CatalogImage(
        os_type=at(properties, "osDiskImage").get("operatingSystem"),
        data_disks=_data_disks(properties.get("dataDiskImages") or ()),
        **_features(properties),
    )


def latest(versions: Iterable[Json], location: str) -> str | None:
    """The name of the version that Azure takes if none is named: the highest number that is not excluded; None if there is none."""
    names = [str(each["name"]) for each in versions if not _is_excluded(properties_of(each), location)]
    return max(names, key=_numbers, default=None)


def _numbers(name: str) -> list[int]:
    return [int(part) if part.isdecimal() else -1 for part in name.split(".")]


def _is_excluded(properties: Json, location: str) -> bool:
    """Whether a version is excluded from "latest", everywhere or in a region; the setting of the region comes first."""
    profile = at(properties, "publishingProfile")
    regions = (each for each in profile.get("targetRegions") or () if "".join(str(each.get("name", "")).split()).casefold() == location)
    everywhere = bool(profile.get("excludeFromLatest") or properties.get("excludeFromLatest"))
    return bool(next((each["excludeFromLatest"] for each in regions if each.get("excludeFromLatest") is not None), everywhere))


def _data_disks(images: Iterable[Json]) -> tuple[ImageDisk, ...]:
    disks = (ImageDisk(None, lun=each["lun"], size_gib=each.get("sizeInGB"), caching=each.get("hostCaching")) for each in images)
    return tuple(sorted(disks, key=lambda disk: disk.lun or 0))


def _features(properties: Json) -> dict[str, Any]:
    values = {str(each.get("name")).casefold(): str(each.get("value")) for each in properties.get("features") or ()}
    controllers = values.get("diskcontrollertypes", values.get("diskcontrollertype", ""))
    return {
        "security_type": values.get("securitytype"),
        "controllers": frozenset(part.strip() for part in controllers.split(",") if part.strip()),
    }
