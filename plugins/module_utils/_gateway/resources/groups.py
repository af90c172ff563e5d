# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core.errors import Missing
from ..._core.ids import ResourceId
from ..sdk.errors import doing

if TYPE_CHECKING:
    from ..sdk.client import Connection
from .existence import exists

GROUPS_API = "2021-04-01"


class Groups:
    """Resource groups."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def location(self, name: str) -> str:
        """The region of a group; '' if the group does not exist, which planning refuses for all modules alike."""
        try:
            with doing(f"read resource group {name}"):
                raw = self._connection.get(f"/subscriptions/{self._connection.subscription}/resourcegroups/{name}", GROUPS_API)
        except Missing:
            return ""
        return str(raw["location"])

    def groupless(self, *resources: ResourceId | None) -> frozenset[ResourceId]:
        """Those of some resources whose group, or its subscription, does not exist. One that we may not read is taken to exist."""
        full = [self._connection.locate(each) for each in resources if each is not None]
        places = {_place(each).casefold(): _place(each) for each in full}
        missing = {
            place
            for place, path in places.items()
            if not exists(self._connection, path, f"resource group {path.rpartition('/')[2]}", GROUPS_API)
        }
        return frozenset(each for each in full if _place(each).casefold() in missing)


def _place(resource: ResourceId) -> str:
    """The path of a resource's group."""
    return f"/subscriptions/{resource.subscription}/resourcegroups/{resource.resource_group}"
