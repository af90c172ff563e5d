# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galleries of others: those that are shared directly with our subscription or its tenant, and community galleries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.errors import Missing, Refused
from ..._core.ids import region
from ..sdk.calls import GALLERIES
from ..sdk.client import Client
from ..sdk.errors import describing

DELETED_SHOWN = "2026-03-03"
"""The first api-version that shows whether a version was deleted and can only be used by its number. Not every cloud may have it yet."""
_NO_SUCH_API = ("InvalidApiVersionParameter", "InvalidResourceType", "NoRegisteredProviderFound")


class OthersGalleries:
    """Galleries of others, as a region shows them."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def shared(self, location: str, with_tenant: bool) -> tuple[Mapping[str, Any], ...]:
        """The galleries that are shared directly with our subscription, or with its tenant."""
        return self._list(location, "/SharedGalleries", with_tenant)

    def images(self, location: str, gallery: str, with_tenant: bool = False) -> tuple[Mapping[str, Any], ...]:
        """The image definitions of a gallery; none if it does not exist."""
        return self._list(location, f"{gallery}/Images", with_tenant)

    def versions(self, location: str, image: str, with_tenant: bool = False) -> tuple[Mapping[str, Any], ...]:
        """The versions of an image definition; none if it does not exist."""
        try:
            return self._list(location, f"{image}/Versions", with_tenant, DELETED_SHOWN)
        except Refused as error:
            if error.facts.get("code") not in _NO_SUCH_API:
                raise
            return self._list(location, f"{image}/Versions", with_tenant)

    def _list(self, location: str, path: str, with_tenant: bool, api: str = GALLERIES) -> tuple[Mapping[str, Any], ...]:
        place = f"/subscriptions/{self._client.subscription}/providers/Microsoft.Compute/locations/{region(location)}"
        try:
            with describing(f"list {path} in {location}"):
                return tuple(self._client.list(f"{place}{path}", api, **({"sharedTo": "tenant"} if with_tenant else {})))
        except Missing:
            return ()
