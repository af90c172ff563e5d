# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing a managed disk from Azure's JSON."""

from __future__ import annotations

from ..._core.ids import ResourceId
from ..._core.model.disk import Disk
from ..._core.times import parse_time
from .json import Json, at, id_from, properties_of
from .protection import parse_protection


def parse_disk(raw: Json) -> Disk:
    """A managed disk."""
    properties, creation = properties_of(raw), at(raw, "properties", "creationData")
    return Disk(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        unique_id=properties.get("uniqueId", ""),
        state=properties.get("diskState", ""),
        provisioning_state=properties.get("provisioningState", ""),
        os_type=properties.get("osType"),
        hyper_v_generation=properties.get("hyperVGeneration"),
        architecture=at(properties, "supportedCapabilities").get("architecture"),
        security_type=at(properties, "securityProfile").get("securityType"),
        size_gib=properties.get("diskSizeGB"),
        storage_account_type=at(raw, "sku").get("name"),
        encrypted=bool(at(properties, "encryptionSettingsCollection").get("enabled")),
        source=id_from(creation.get("sourceResourceId")),
        source_unique_id=creation.get("sourceUniqueId", ""),
        managed_by=id_from(raw.get("managedBy")),
        ownership_time=parse_time(properties.get("LastOwnershipUpdateTime") or properties.get("lastOwnershipUpdateTime")),
        time_created=parse_time(properties.get("timeCreated")),
        zones=tuple(raw.get("zones") or ()),
        protection=parse_protection(properties),
        capabilities=at(properties, "supportedCapabilities"),
        hibernation=bool(properties.get("supportsHibernation")),
        tier=properties.get("tier"),
        bursting=bool(properties.get("burstingEnabled")),
        max_shares=properties.get("maxShares"),
        iops=properties.get("diskIOPSReadWrite"),
        mbps=properties.get("diskMBpsReadWrite"),
        sector_size=creation.get("logicalSectorSize"),
        tags=raw.get("tags") or {},
    )
