# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing images of galleries and of the Marketplace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..._core.ids import region
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.deprecation import deprecation_of
from ..._core.model.gallery_image_version import Replica
from ..._core.model.image import ImageDisk
from ..._core.model.provisioning import BEING_MADE, SUCCEEDED
from .gallery import parse_replicas
from .json import Json, at, properties_of

USABLE = (SUCCEEDED, *BEING_MADE)
"""The states of a version that VMs can be made from. One that is still being made, or gets another region, is usable where it is."""


def parse_catalog_image(definition: Json, version: Json, location: str) -> CatalogImage:
    """An image of a gallery for a VM in a region: the definition says which system it holds, the version which disks."""
    properties, storage = properties_of(definition), at(version, "properties", "storageProfile")
    targets, here = _targets(properties_of(version)), _target(properties_of(version), location)
    return CatalogImage(
        os_type=properties.get("osType"),
        os_state=properties.get("osState"),
        data_disks=_data_disks(storage.get("dataDiskImages") or ()),
        os_size_gib=_size(at(storage, "osDiskImage")),
        version=str(version.get("name") or ""),
        provisioning_state=properties_of(version).get("provisioningState") or SUCCEEDED,
        plan=_plan(at(properties, "purchasePlan")),
        encryption=at(here, "encryption", "osDiskImage", "securityProfile").get("confidentialVMEncryptionType"),
        regions=tuple(map(_region, targets)),
        replica=_replica(parse_replicas(version), location),
        **_features(properties),
    )


def parse_marketplace_image(version: Json) -> CatalogImage:
    """A version of an image of the Marketplace, which is always generalized."""
    properties = properties_of(version)
    return CatalogImage(
        os_type=at(properties, "osDiskImage").get("operatingSystem"),
        data_disks=_data_disks(properties.get("dataDiskImages") or ()),
        version=str(version.get("name") or ""),
        plan=_plan(at(properties, "plan")),
        deprecation=deprecation_of(properties),
        **_features(properties),
    )


def offered_as_latest(versions: Iterable[Json], location: str) -> list[str]:
    """The names of the versions of which Azure takes the first in a region if none is named: those that are not excluded, newest first.

    If none is in the region, they are those elsewhere, whose regions can then be named.
    """
    offered = [each for each in versions if _is_usable(each) and not _is_excluded(properties_of(each), location)]
    here = [each for each in offered if not _targets(properties_of(each)) or _target(properties_of(each), location)]
    return sorted((str(each["name"]) for each in here or offered), key=_numbers, reverse=True)


def _is_usable(version: Json) -> bool:
    """Whether a version can be used, as far as it says so: those of the Marketplace do not."""
    return (properties_of(version).get("provisioningState") or SUCCEEDED) in USABLE


def _numbers(name: str) -> list[int]:
    return [int(part) if part.isdecimal() else -1 for part in name.split(".")]


def _is_excluded(properties: Json, location: str) -> bool:
    """Whether a version is excluded from "latest", everywhere or in a region; the setting of the region comes first."""
    regional = _target(properties, location).get("excludeFromLatest")
    everywhere = at(properties, "publishingProfile").get("excludeFromLatest") or properties.get("excludeFromLatest")
    return bool(everywhere if regional is None else regional)


def _targets(properties: Json) -> tuple[Json, ...]:
    """The regions to which a version is replicated; none if it does not say so, as a shared one."""
    return tuple(at(properties, "publishingProfile").get("targetRegions") or ())


def _target(properties: Json, location: str) -> Json:
    """The entry of a version for one region; empty if it is not replicated to it."""
    return next((each for each in _targets(properties) if _region(each) == location), {})


def _region(target: Json) -> str:
    return region(str(target.get("name") or ""))


def _replica(replicas: Iterable[Replica], location: str) -> Replica | None:
    return next((each for each in replicas if each.region == location), None)


def _plan(raw: Json) -> dict[str, str]:
    return {key: str(raw[key]) for key in ("name", "publisher", "product") if raw.get(key)}


def _data_disks(images: Iterable[Json]) -> tuple[ImageDisk, ...]:
    disks = (ImageDisk(None, lun=each["lun"], size_gib=_size(each), caching=each.get("hostCaching")) for each in images)
    return tuple(sorted(disks, key=lambda disk: disk.lun or 0))


def _size(image: Json) -> int | None:
    """The size of a disk, which shared galleries give another name."""
    found: int | None = image.get("sizeInGB", image.get("diskSizeGB"))
    return found


def _features(properties: Json) -> dict[str, Any]:
    values = {str(each.get("name")).casefold(): str(each.get("value")) for each in properties.get("features") or ()}
    controllers = values.get("diskcontrollertypes", values.get("diskcontrollertype", ""))
    return {
        "security_type": values.get("securitytype"),
        "controllers": frozenset(part.strip() for part in controllers.split(",") if part.strip()),
    }
