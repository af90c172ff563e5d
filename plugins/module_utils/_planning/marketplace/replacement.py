# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replacement of a deprecated image of the Marketplace, as its publisher names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEPRECATED, SCHEDULED = "Deprecated", "ScheduledForDeprecation"
"""The states of an image that is, or will be, deprecated: https://learn.microsoft.com/rest/api/compute/virtual-machine-images/get"""


def replacement(deprecation: Mapping[str, Any]) -> str:
    """The clause that says what to use instead: an offer or a plan."""
    found = deprecation.get("alternative") or {}
    if not found.get("value"):
        return "its publisher names no replacement, so choose another image"
    return f"its publisher names {str(found.get('type') or 'image').lower()} {found['value']} as replacement"
