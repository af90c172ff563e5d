# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network interfaces."""

from __future__ import annotations

from ..._core.errors import Missing
from ..._core.ids import ResourceId
from ..._core.model.nic import Nic
from ..parsing.nic import parse_nic
from ..sdk.client import Client
from ..sdk.errors import describing

NETWORK_API = "2023-09-01"


class Nics:
    """Network interfaces."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, nic: ResourceId) -> Nic | None:
        """The interface, or None if it does not exist."""
        try:
            with describing(f"read network interface {nic.name}"):
                return parse_nic(self._client.get(str(self._client.locate(nic)), NETWORK_API))
        except Missing:
            return None
