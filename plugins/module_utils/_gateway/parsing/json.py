# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helpers to read REST JSON, in which Azure may leave out an object or answer null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.ids import ResourceId

Json = Mapping[str, Any]


def at(raw: Json, *path: str) -> Json:
    """The object at a path of keys; an empty one if any part is missing or null."""
    for key in path:
        raw = raw.get(key) or {}
    return raw


def properties_of(raw: Json) -> Json:
    """The properties of a resource."""
    return at(raw, "properties")


def id_from(text: str | None) -> ResourceId | None:
    """The id in a string, or None if the string is missing or empty."""
    return ResourceId.parse(text) if text else None


def id_in(raw: Json | None) -> ResourceId | None:
    """The id in an object with the key ``id``, or None if either is missing."""
    return id_from((raw or {}).get("id"))
