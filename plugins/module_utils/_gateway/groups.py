# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups, network interfaces and subscriptions: three reads that azure-mgmt-compute has no operations for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.goldenimage.azure.plugins.module_utils._gateway import translation
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.doing import doing
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.errors import Missing
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import Nic
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId

if TYPE_CHECKING:
    from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.connection import Connection

GROUPS_API = "2021-04-01"
NETWORK_API = "2023-09-01"


class Groups:
    """Resource groups."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def location(self, name: str) -> str:
        """The region of a group, which must exist."""
        with doing(f"read resource group {name}"):
            raw = self._connection.get(f"/subscriptions/{self._connection.subscription}/resourcegroups/{name}", GROUPS_API)
        return str(raw["location"])


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
