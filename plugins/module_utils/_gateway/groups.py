# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups, regions, subnets and network interfaces: reads that azure-mgmt-compute has no operations for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.goldenimage.azure.plugins.module_utils._gateway import translation
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.doing import doing
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.errors import Denied, Missing, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import Nic
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId, region

if TYPE_CHECKING:
    from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.connection import Connection

GROUPS_API = "2021-04-01"
PROVIDERS_API = "2021-04-01"
NETWORK_API = "2023-09-01"


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
            if not _exists(self._connection, path, f"resource group {path.rpartition('/')[2]}", GROUPS_API)
        }
        return frozenset(each for each in full if _place(each).casefold() in missing)


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


class Subnets:
    """Subnets of virtual networks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exists(self, subnet: ResourceId) -> bool:
        """Whether it is there. One that we may not read is taken to exist, and Azure judges it itself."""
        return _exists(self._connection, str(self._connection.locate(subnet)), f"subnet {subnet.name}", NETWORK_API)


class Nics:
    """Network interfaces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, nic: ResourceId) -> Nic | None:
        """The interface, or None."""
        try:
            with doing(f"read network interface {nic.name}"):
                return translation.nic(self._connection.get(str(self._connection.locate(nic)), NETWORK_API))
        except Missing:
            return None


def _place(resource: ResourceId) -> str:
    """The path of a resource's group."""
    return f"/subscriptions/{resource.subscription}/resourcegroups/{resource.resource_group}"


def _exists(connection: Connection, path: str, what: str, api_version: str) -> bool:
    """Whether something, with its subscription, exists; what we may not read is taken to exist."""
    try:
        with doing(f"read {what}"):
            connection.get(path, api_version)
    except Missing:
        return False
    except Denied:
        return True
    except Refused as error:
        if error.facts.get("code") != "SubscriptionNotFound":
            raise
        return False
    return True
