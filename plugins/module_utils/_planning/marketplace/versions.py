# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of versions of Marketplace images: whether they are deprecated or will be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.model.marketplace import MarketplaceVersion
from ..._core.times import format_time, parse_time

SCHEDULED, DEPRECATED = "ScheduledForDeprecation", "Deprecated"


def deprecation_in(version: MarketplaceVersion) -> Mapping[str, Any] | None:
    """Whether a version is deprecated or will be, when, and what its publisher recommends instead; None if Azure does not say.

    https://learn.microsoft.com/rest/api/compute/virtual-machine-images/get#imagedeprecationstatus
    """
    status = version.properties.get("imageDeprecationStatus")
    if not status:
        return None
    moment, option = parse_time(status.get("scheduledDeprecationTime")), status.get("alternativeOption") or {}
    named = option.get("type") not in (None, "None")
    alternative = {"type": option["type"], "value": option.get("value")} if named else None
    return state(status.get("imageState"), format_time(moment) if moment else None, alternative)


def is_deprecated(version: MarketplaceVersion) -> bool:
    """Whether no VM can be made from a version any more."""
    return (deprecation_in(version) or {}).get("state") == DEPRECATED


def state(name: str | None, when: str | None = None, alternative: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """A state as results have it."""
    return {"state": name, "scheduled_time": when, "alternative": alternative}
