# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image definition in a gallery: what its versions have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..ids import ResourceId
from .gallery import nested_result
from .provisioning import SUCCEEDED

SECURITY_TYPE = "SecurityType"
DISK_CONTROLLERS = "DiskControllerTypes"
STANDARD = "Standard"
GENERALIZED, SPECIALIZED = "Generalized", "Specialized"


@dataclass(frozen=True)
class GalleryImage:
    """An image definition. ``properties`` holds Azure's JSON as it is, because the modules return all of it."""

    id: ResourceId
    location: str
    provisioning_state: str = SUCCEEDED
    properties: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def os_type(self) -> str:
        """``Linux`` or ``Windows``."""
        return str(self.properties.get("osType") or "")

    @property
    def os_state(self) -> str:
        """``Generalized`` or ``Specialized``."""
        return str(self.properties.get("osState") or "")

    @property
    def hyper_v_generation(self) -> str:
        """``V1`` or ``V2``. Azure leaves it out where it is the first."""
        return str(self.properties.get("hyperVGeneration") or "V1")

    @property
    def architecture(self) -> str:
        """``x64`` or ``Arm64``. Azure leaves it out where it is the first."""
        return str(self.properties.get("architecture") or "x64")

    @property
    def security_type(self) -> str:
        """The value of its feature ``SecurityType``; a definition without it is a standard one."""
        return self.feature(SECURITY_TYPE) or STANDARD

    @property
    def plan(self) -> Mapping[str, str]:
        """The purchase plan of the Marketplace image that its versions stem from: ``name``, ``publisher`` and ``product``."""
        return {key: str(value) for key, value in (self.properties.get("purchasePlan") or {}).items() if value}

    def feature(self, name: str) -> str | None:
        """The value of a feature, as Azure stores it; None if it has none of this name."""
        features = self.properties.get("features") or ()
        return next((str(each.get("value")) for each in features if str(each.get("name")).casefold() == name.casefold()), None)

    def as_result(self) -> dict[str, Any]:
        """The dictionary that every module returns for an image definition."""
        gallery = self.id.parent.name
        return {**nested_result(self.id, self.location, self.tags, self.properties), "gallery": gallery}
