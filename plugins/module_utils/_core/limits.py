# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that a task gives, checked before anything is read or written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import InvalidRequest


def require_number(option: str, value: int, lowest: int = 1, highest: int | None = None, unit: str = "") -> int:
    """The value of an option, if it lies between its limits."""
    if value < lowest or (highest is not None and value > highest):
        limits = f"at least {lowest}" if highest is None else f"between {lowest} and {highest}"
        raise InvalidRequest(f"{option}: must be {limits}{f' {unit}' if unit else ''}, not {value}.")
    return value


def require_wait(params: Mapping[str, Any]) -> None:
    """Refuse a ``wait_timeout`` that leaves no time to do anything."""
    require_number("wait_timeout", params["wait_timeout"])
