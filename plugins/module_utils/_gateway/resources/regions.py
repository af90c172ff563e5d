# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The regions that have a kind of resource."""

from __future__ import annotations

from ..._core.errors import Denied, Missing
from ..._core.ids import region
from ..sdk.client import Client
from ..sdk.errors import describing

PROVIDERS_API = "2021-04-01"


class Regions:
    """The regions that have a kind of resource."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of(self, kind: str) -> frozenset[str]:
        """The short names of the regions that have a kind such as ``Microsoft.Compute/images``.

        Empty if this identity may not read them; Azure itself then accepts or refuses a region. The resource provider is asked, because
        not every region of a subscription has every kind.
        """
        namespace, _slash, name = kind.partition("/")
        path = f"/subscriptions/{self._client.subscription}/providers/{namespace}"
        try:
            with describing(f"read which regions have {kind}"):
                types = self._client.get(path, PROVIDERS_API).get("resourceTypes") or []
        except (Denied, Missing):
            return frozenset()
        found = (each.get("locations") or () for each in types if str(each.get("resourceType", "")).casefold() == name.casefold())
        return frozenset(region(location) for locations in found for location in locations)
