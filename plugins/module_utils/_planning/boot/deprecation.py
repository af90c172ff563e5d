# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an image of the Marketplace is deprecated: then no VM can be made from it, or none from a certain day on.

https://learn.microsoft.com/azure/virtual-machines/deprecated-images
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..._core.errors import GoldenImageError, InvalidRequest, Refused
from ..._core.market_names import URN
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.deprecation import DEPRECATED, SCHEDULED
from ..._core.model.marketplace import Sku
from ..._core.ports import Azure
from ..marketplace.replacement import replacement

IMAGE_DEPRECATED = "ImageVersionDeprecated"
"""The code of Azure's answer about a version that is deprecated."""


@contextmanager
def refusing_deprecated(azure: Azure, image: str, location: str) -> Iterator[None]:
    """Turn Azure's answer that a version is deprecated into an error that names one which can be used."""
    try:
        yield
    except Refused as error:
        if error.facts.get("code") != IMAGE_DEPRECATED:
            raise
        raise InvalidRequest(f"{error.message.rstrip('.')}. {_another(azure, image, location)}", **error.facts) from error


def about_deprecation(name: str, catalog: CatalogImage | None) -> tuple[str, ...]:
    """The warning about an image that will be deprecated. Raises ``InvalidRequest`` about one that is."""
    found = (catalog.deprecation if catalog else None) or {}
    if found.get("state") == DEPRECATED:
        raise InvalidRequest(f"{name} is deprecated, so no VM can be made from it: {replacement(found)}.")
    if found.get("state") != SCHEDULED:
        return ()
    return (
        f"{name[0].upper()}{name[1:]} will be deprecated{_on(found.get('scheduled_time'))}, and no VM can be made from it then: "
        f"{replacement(found)}.",
    )


def _on(time: object) -> str:
    return f" on {time}" if time else ""


def _another(azure: Azure, image: str, location: str) -> str:
    """The sentence about what to use instead of a deprecated version. That the others cannot be read must not hide the first error."""
    if not URN.fullmatch(image):
        return "Name another version, or another image."
    publisher, offer, sku, _version = image.split(":")
    try:
        left = azure.marketplace.versions(location, Sku(publisher, offer, sku))
    except GoldenImageError:
        left = ()
    if not left:
        return "Choose another image: image_info with sources: marketplace lists them."
    return f"Name another version, such as {publisher}:{offer}:{sku}:latest."
