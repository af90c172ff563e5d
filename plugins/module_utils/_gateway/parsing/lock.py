# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing a management lock from Azure's JSON."""

from __future__ import annotations

from ..._core.model.lock import Lock
from .json import Json, properties_of

_KIND = "/providers/microsoft.authorization/locks/"


def parse_lock(raw: Json) -> Lock:
    """A management lock. Its id is that of what it locks, followed by its own name."""
    text = str(raw["id"])
    scope = text[: text.casefold().rfind(_KIND)]
    return Lock(name=str(raw["name"]), level=str(properties_of(raw).get("level", "")), scope=scope)
