# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing the protection of a disk or snapshot from Azure's JSON."""

from __future__ import annotations

from ..._core.model.protection import Protection
from .json import Json, at


def parse_protection(properties: Json) -> Protection:
    """The protection in the properties of a disk or snapshot."""
    encryption = at(properties, "encryption")
    return Protection(
        network_access_policy=properties.get("networkAccessPolicy"),
        disk_access=properties.get("diskAccessId"),
        public_network_access=properties.get("publicNetworkAccess"),
        data_access_auth_mode=properties.get("dataAccessAuthMode"),
        encryption=encryption.get("type"),
        encryption_set=encryption.get("diskEncryptionSetId"),
    )
