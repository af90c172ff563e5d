# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of galleries (one's own, shared and community galleries) and of the Marketplace."""

from __future__ import annotations

import re
from itertools import chain

from ..._core.errors import Denied, Missing
from ..._core.ids import region
from ..._core.model.catalog_image import CatalogImage
from ..parsing.catalog import offered_as_latest, parse_catalog_image, parse_marketplace_image
from ..sdk.calls import COMPUTE, GALLERIES
from ..sdk.client import Client
from ..sdk.errors import describing

LATEST = "latest"
_VERSIONS = re.compile("/versions/", re.IGNORECASE)


class Catalog:
    """Images of galleries and of the Marketplace."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, image: str, location: str) -> CatalogImage | None:
        """The image with an id or a URN, as VMs in a region get it; None if this identity may not read it.

        Raises Missing if the image or the version does not exist.
        """
        try:
            with describing(f"read image {image}"):
                found = self._in_gallery if image.startswith("/") else self._in_marketplace
                return found(image, region(location))
        except Denied:
            return None
        except Missing as error:
            if image.startswith("/") and not _is_owned(image):
                hint = f"It may not be shared with this subscription, or not be replicated to {region(location)}."
                raise Missing(f"{error.message.rstrip('.')}. {hint}", **error.facts) from error
            raise

    def _in_gallery(self, image: str, location: str) -> CatalogImage:
        owned = _is_owned(image)
        definition, *names = _VERSIONS.split(image if owned else f"{self._place(location)}{image}")
        if not names or names[0].casefold() == LATEST:
            names = _require(offered_as_latest(self._client.list(f"{definition}/versions", GALLERIES), location), image)
        query = {"$expand": "ReplicationStatus"} if owned else {}
        about = self._client.get(definition, GALLERIES)
        versions = (self._client.get(f"{definition}/versions/{name}", GALLERIES, **query) for name in names)
        images = (parse_catalog_image(about, version, location) for version in versions)
        newest = next(images)
        return next((each for each in chain([newest], images) if each.has_arrived), newest)

    def _in_marketplace(self, urn: str, location: str) -> CatalogImage:
        publisher, offer, sku, version = urn.split(":")
        path = f"{self._place(location)}/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions"
        if version.casefold() == LATEST:
            version = _require(offered_as_latest(self._client.list(path, COMPUTE), location), urn)[0]
        return parse_marketplace_image(self._client.get(f"{path}/{version}", COMPUTE))

    def _place(self, location: str) -> str:
        """The path of what a region offers to our subscription."""
        return f"/subscriptions/{self._client.subscription}/providers/Microsoft.Compute/locations/{location}"


def _is_owned(image: str) -> bool:
    """Whether an id is that of a gallery which this identity reads by its own rights, and not one that is shared with it."""
    return image.casefold().startswith("/subscriptions/")


def _require(names: list[str], image: str) -> list[str]:
    if not names:
        raise Missing(f"could not read image {image}: it has no version that can be used as the latest one: name a version.")
    return names
