# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of an image in a gallery, and its replicas in regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ids import ResourceId, region
from .gallery import nested_result
from .provisioning import SUCCEEDED

STRATEGY_API = "2025-03-03"
"""The first api-version in which a version can have a ``storageAccountStrategy``; others do not show it."""
COMPLETED, REPLICATION_FAILED, REPLICATING, UNKNOWN = "Completed", "Failed", "Replicating", "Unknown"


@dataclass(frozen=True)
class TargetRegion:
    """A region that a version is replicated to. ``raw`` is Azure's JSON, with the spelling of its name that Azure has stored."""

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The short name of the region."""
        return region(str(self.raw.get("name") or ""))


@dataclass(frozen=True)
class Replica:
    """The state of the replication to one region, by its short name. ``state`` is a constant from above, ``progress`` is in percent."""

    region: str
    state: str
    progress: int | None = None
    details: str = ""


@dataclass(frozen=True)
class GalleryImageVersion:
    """A version. ``properties`` holds Azure's JSON as it is. ``replicas`` is empty unless the replication status was asked for."""

    id: ResourceId
    location: str
    provisioning_state: str = SUCCEEDED
    properties: Mapping[str, Any] = field(default_factory=dict)
    replicas: tuple[Replica, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def publishing(self) -> Mapping[str, Any]:
        """How it is published: Azure's ``publishingProfile``."""
        return self.properties.get("publishingProfile") or {}

    @property
    def storage(self) -> Mapping[str, Any]:
        """Its disks and their sources: Azure's ``storageProfile``."""
        return self.properties.get("storageProfile") or {}

    @property
    def target_regions(self) -> tuple[TargetRegion, ...]:
        """The regions that it is replicated to, in Azure's order."""
        return tuple(TargetRegion(each) for each in self.publishing.get("targetRegions") or ())

    @property
    def number(self) -> tuple[int, ...]:
        """Its name as numbers, in whose order versions follow each other."""
        return tuple(int(part) for part in self.id.name.split(".") if part.isdecimal())

    def as_result(self) -> dict[str, Any]:
        """The dictionary that every module returns for a version."""
        definition = self.id.parent
        named = {"gallery": definition.parent.name, "gallery_image": definition.name}
        return {**nested_result(self.id, self.location, self.tags, self.properties), **named}
