# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets of virtual networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core.ids import ResourceId

if TYPE_CHECKING:
    from ..sdk.client import Connection
from .existence import exists
from .nics import NETWORK_API


class Subnets:
    """Subnets of virtual networks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exists(self, subnet: ResourceId) -> bool:
        """Whether it is there. One that we may not read is taken to exist, and Azure judges it itself."""
        return exists(self._connection, str(self._connection.locate(subnet)), f"subnet {subnet.name}", NETWORK_API)
