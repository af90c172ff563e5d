# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing a snapshot from Azure's JSON."""

from __future__ import annotations

from ..._core.ids import ResourceId
from ..._core.model.snapshot import Snapshot
from ..._core.times import parse_time
from .json import Json, at, id_from, properties_of
from .protection import parse_protection


def parse_snapshot(raw: Json) -> Snapshot:
    """A snapshot of a managed disk."""
    properties, creation = properties_of(raw), at(raw, "properties", "creationData")
    return Snapshot(
        id=ResourceId.parse(raw["id"]),
        location=raw["location"],
        provisioning_state=properties.get("provisioningState", ""),
        unique_id=properties.get("uniqueId", ""),
        source=id_from(creation.get("sourceResourceId")),
        source_unique_id=creation.get("sourceUniqueId", ""),
        incremental=bool(properties.get("incremental")),
        os_type=properties.get("osType"),
        hyper_v_generation=properties.get("hyperVGeneration"),
        security_type=at(properties, "securityProfile").get("securityType"),
        size_gib=properties.get("diskSizeGB"),
        time_created=parse_time(properties.get("timeCreated")),
        completion_percent=properties.get("completionPercent"),
        protection=parse_protection(properties),
        capabilities=at(properties, "supportedCapabilities"),
        hibernation=bool(properties.get("supportsHibernation")),
        tags=raw.get("tags") or {},
    )
