# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deprecation of images of the Marketplace, in Azure's JSON and in results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..times import format_time, parse_time

SCHEDULED, DEPRECATED = "ScheduledForDeprecation", "Deprecated"


def deprecation_of(properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Whether the version with these properties is deprecated or will be, when, and what its publisher recommends instead.

    None if Azure does not say: https://learn.microsoft.com/rest/api/compute/virtual-machine-images/get#imagedeprecationstatus
    """
    status = properties.get("imageDeprecationStatus") or {}
    if not status.get("imageState"):
        return None
    moment, option = parse_time(status.get("scheduledDeprecationTime")), status.get("alternativeOption") or {}
    named = option.get("type") not in (None, "None")
    alternative = {"type": option["type"], "value": option.get("value")} if named else None
    return state(status["imageState"], format_time(moment) if moment else None, alternative)


def state(name: str, when: str | None = None, alternative: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """A state as results have it."""
    return {"state": name, "scheduled_time": when, "alternative": alternative}
