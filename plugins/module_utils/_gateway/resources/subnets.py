# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets of virtual networks."""

from __future__ import annotations

from ..._core.ids import ResourceId
from ..sdk.client import Client
from .existence import exists
from .nics import NETWORK_API


class Subnets:
    """Subnets of virtual networks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def exists(self, subnet: ResourceId) -> bool:
        """Whether the subnet exists; one that this identity may not read is assumed to exist."""
        return exists(self._client, str(self._client.locate(subnet)), f"subnet {subnet.name}", NETWORK_API)
