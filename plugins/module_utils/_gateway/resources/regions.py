# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The regions in which a kind of resource can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core.errors import Denied, Missing
from ..._core.ids import region
from ..sdk.errors import doing

if TYPE_CHECKING:
    from ..sdk.client import Connection


PROVIDERS_API = "2021-04-01"


class Regions:
    """Where a kind of resource can be made."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, kind: str) -> frozenset[str]:
        """The short names of the regions that have this kind; empty if we may not read them, and Azure judges a region itself.

        The provider names the regions of each kind, in one answer; of the regions of a subscription not all have every kind.
        """
        namespace, _slash, name = kind.partition("/")
        path = f"/subscriptions/{self._connection.subscription}/providers/{namespace}"
        try:
            with doing(f"read which regions have {kind}"):
                types = self._connection.get(path, PROVIDERS_API).get("resourceTypes") or []
        except (Denied, Missing):
            return frozenset()
        found = (each.get("locations") or () for each in types if str(each.get("resourceType", "")).casefold() == name.casefold())
        return frozenset(region(location) for locations in found for location in locations)
