# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of Marketplace images, as a list shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.model.gallery_image import GENERALIZED
from ..._core.model.listed_image import MARKETPLACE, ListedImage
from ..._core.model.marketplace import MarketplaceVersion, Sku
from ..images.definition import features_of, plan_of
from .license_types import license_types_of


def listed(version: MarketplaceVersion) -> ListedImage:
    """A version as a list shows it.

    Azure leaves out a generation V1. An architecture that is left out is unknown, as for az, whose filter does not find such an image.
    """
    properties, system = version.properties, version.properties.get("osDiskImage") or {}
    return ListedImage(
        origin=MARKETPLACE,
        reference=version.urn,
        reference_dict={**version.sku._asdict(), "version": version.name},
        name=name_of(version.sku),
        location=version.location,
        **version.sku._asdict(),
        version=version.name,
        os_type=system.get("operatingSystem"),
        os_state=GENERALIZED,
        hyper_v_generation=properties.get("hyperVGeneration") or "V1",
        architecture=properties.get("architecture"),
        **features_of(properties.get("features") or ()),
        os_disk_size_gib=system.get("sizeInGb"),
        data_disk_luns=_luns(properties),
        plan=plan_of(properties.get("plan")),
        deprecation=version.deprecation,
        regions=(version.location,),
        license_types=license_types_of(version.sku),
        exclude_from_latest=version.is_deprecated,
    )


def name_of(sku: Sku) -> str:
    """The name of an image in a list."""
    return ":".join(sku)


def _luns(properties: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(sorted(each["lun"] for each in properties.get("dataDiskImages") or ()))
