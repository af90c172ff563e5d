# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing a network interface from Azure's JSON."""

from __future__ import annotations

from ..._core.ids import ResourceId
from ..._core.model.nic import Nic
from .json import Json, id_in, properties_of


def parse_nic(raw: Json) -> Nic:
    """A network interface, with the address and the subnet of its first configuration."""
    properties = properties_of(raw)
    first = properties_of((properties.get("ipConfigurations") or [{}])[0])
    return Nic(
        id=ResourceId.parse(raw["id"]),
        private_ip=first.get("privateIPAddress"),
        subnet=id_in(first.get("subnet")),
    )
