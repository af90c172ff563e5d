# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of images and plans of the Marketplace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import InvalidRequest
from .references import require_keys

URN = re.compile(r"[^/:\s?#%]+(?::[^/:\s?#%]+){3}")
"""A Marketplace image: publisher, offer, sku and version."""
URN_KEYS = ("publisher", "offer", "sku", "version")
LATEST = "latest"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def require_market_name(option: str, value: Any) -> str:
    """The name of a publisher, an offer, a SKU or a plan, if it is safe in a URL, of which it becomes a part."""
    text = str(value).strip()
    if not _NAME.fullmatch(text):
        raise InvalidRequest(
            f"{option}: {value!r} is not a name of the Marketplace: use letters, digits, '.', '_' and '-', the first a letter or digit."
        )
    return text


def urn_of(value: Any, option: str) -> str:
    """The URN of a Marketplace image, which is given as one or as a dictionary; without a version, that of the latest one."""
    if isinstance(value, Mapping):
        require_keys(value, URN_KEYS, option)
        parts = {key: value.get(key) for key in URN_KEYS[:3]}
        if missing := [key for key, part in parts.items() if not part]:
            raise InvalidRequest(f"{option}: the dictionary of a Marketplace image has no {missing[0]}; give publisher, offer and sku.")
        names = [require_market_name(f"{option}: {key}", part) for key, part in parts.items()]
        return ":".join((*names, require_market_name(f"{option}: version", value.get("version") or LATEST)))
    text = str(value).strip()
    if not URN.fullmatch(text):
        raise InvalidRequest(f"{option}: {text!r} is not the name of a Marketplace image: give publisher:offer:sku:version.")
    return text
