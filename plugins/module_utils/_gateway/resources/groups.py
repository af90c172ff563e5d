# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups."""

from __future__ import annotations

from ..._core.errors import Missing
from ..._core.ids import ResourceId
from ..sdk.client import Client
from ..sdk.errors import describing
from .existence import exists

GROUPS_API = "2021-04-01"


class Groups:
    """Resource groups."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def location(self, name: str) -> str:
        """The region of a group of our subscription; '' if the group does not exist, which planning refuses for all modules alike."""
        try:
            with describing(f"read resource group {name}"):
                raw = self._client.get(f"/subscriptions/{self._client.subscription}/resourcegroups/{name}", GROUPS_API)
        except Missing:
            return ""
        return str(raw["location"])

    def without_group(self, *resources: ResourceId | None) -> frozenset[ResourceId]:
        """The resources whose group, or its subscription, does not exist. A group that this identity may not read is assumed to exist."""
        located = [self._client.locate(each) for each in resources if each is not None]
        paths = {_group_path(each).casefold(): _group_path(each) for each in located}
        missing = {key for key, path in paths.items() if not self._exists(path)}
        return frozenset(each for each in located if _group_path(each).casefold() in missing)

    def _exists(self, path: str) -> bool:
        return exists(self._client, path, f"resource group {path.rpartition('/')[2]}", GROUPS_API)


def _group_path(resource: ResourceId) -> str:
    return f"/subscriptions/{resource.subscription}/resourcegroups/{resource.resource_group}"
