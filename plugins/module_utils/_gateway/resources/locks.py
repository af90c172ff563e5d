# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management locks."""

from __future__ import annotations

from ..._core.errors import Denied, Failed, Missing, Refused
from ..._core.ids import ResourceId
from ..._core.model.lock import Lock
from ..parsing.lock import parse_lock
from ..sdk.client import Client
from ..sdk.errors import describing

LOCKS_API = "2020-05-01"


class Locks:
    """Management locks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def around(self, *resources: ResourceId) -> tuple[Lock, ...]:
        """The locks on the subscriptions of resources, on their groups, and on what is in these, as far as they may be read.

        Each scope is asked for once.
        """
        scopes = {scope.casefold(): scope for each in resources for scope in _scopes(each)}
        return tuple(lock for scope in scopes.values() for lock in self._at(scope))

    def _at(self, scope: str) -> tuple[Lock, ...]:
        """The locks that Azure lists for a scope. Most identities that may delete may not read locks of the whole subscription.

        An answer that is refused for another reason forbids nothing either: a lock that is there is found by trying.
        """
        try:
            with describing(f"read the locks of {scope.rpartition('/')[2]}"):
                return tuple(map(parse_lock, self._client.list(f"{scope}/providers/Microsoft.Authorization/locks", LOCKS_API)))
        except (Denied, Missing, Refused, Failed):
            return ()


def _scopes(resource: ResourceId) -> tuple[str, str]:
    """The subscription and the resource group of a resource."""
    subscription = f"/subscriptions/{resource.subscription}"
    return subscription, f"{subscription}/resourceGroups/{resource.resource_group}"
