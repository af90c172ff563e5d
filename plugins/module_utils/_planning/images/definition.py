# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image definitions as a list shows them: what Azure's JSON of a definition says about every version in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.model.gallery_image import DISK_CONTROLLERS, SECURITY_TYPE, STANDARD

HIBERNATION = "IsHibernateSupported"
_PLAN = ("name", "publisher", "product")


def facts_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an image that are properties of its definition. Azure leaves out a generation V1 and an architecture x64."""
    identifier = properties.get("identifier") or {}
    return {
        **{part: identifier.get(part) for part in ("publisher", "offer", "sku")},
        "description": properties.get("description"),
        "os_type": properties.get("osType"),
        "os_state": properties.get("osState"),
        "hyper_v_generation": properties.get("hyperVGeneration") or "V1",
        "architecture": properties.get("architecture") or "x64",
        "plan": plan_of(properties.get("purchasePlan")),
        **features_of(properties.get("features") or ()),
    }


def features_of(features: Any) -> dict[str, Any]:
    """The fields of an image that are features. One without SecurityType is a standard one; what other features say is not known then."""
    values = {str(each.get("name")): str(each.get("value")) for each in features}
    known = {name.casefold(): value for name, value in values.items()}
    controllers = known.get(DISK_CONTROLLERS.casefold(), "")
    hibernation = known.get(HIBERNATION.casefold())
    return {
        "features": values,
        "security_type": known.get(SECURITY_TYPE.casefold()) or STANDARD,
        "disk_controllers": tuple(part.strip() for part in controllers.split(",") if part.strip()) or None,
        "hibernation": None if hibernation is None else hibernation.casefold() == "true",
    }


def plan_of(plan: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The purchase plan in Azure's JSON; None if there is none."""
    return {part: str(plan[part]) for part in _PLAN if plan.get(part)} or None if plan else None
