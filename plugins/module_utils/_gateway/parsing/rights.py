# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing rights from Azure's JSON."""

from __future__ import annotations

from ..._core.model.rights import Permission, Rights
from .json import Json


def parse_rights(raw: Json) -> Rights:
    """The permissions in an answer. If there are more pages, or none at all, what the answer lacks proves nothing.

    An identity that holds no right at a place could not read that either.
    """
    if raw.get("nextLink"):
        return Rights(unread="Azure's answer has more than one page")
    if not raw.get("value"):
        return Rights(unread="Azure's answer is empty, though this identity may read it")
    return Rights(tuple(Permission(_words(each, "actions"), _words(each, "notActions")) for each in raw.get("value") or []))


def _words(raw: Json, key: str) -> tuple[str, ...]:
    return tuple(str(each) for each in raw.get(key) or ())
