# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times: read from Azure's texts, written in one form, always in UTC."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from .limits import require_number

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.IGNORECASE)
_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"

A_YEAR = 365 * 24


def require_hours(option: str, hours: int) -> int:
    """The value of an option that is an age in hours, if it is between one hour and one year."""
    return require_number(option, hours, highest=A_YEAR, unit="hours")


def parse_time(text: str | None) -> datetime | None:
    """The time in a text such as ``2026-11-22T10:00:00.1234567+00:00``, cut to microseconds; None if the text is not a time.

    A time without an offset is taken to be in UTC.
    """
    if not text or not (found := _ISO.fullmatch(text.strip())):
        return None
    day, clock, fraction, offset = found.groups()
    zone = "+00:00" if offset in (None, "Z", "z") else offset
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '')[:6]:0<6}{zone}").astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def format_time(moment: datetime) -> str:
    """The text of a time, as results and tags have it: ``2026-11-22T10:00:00.123456Z``."""
    return moment.astimezone(timezone.utc).strftime(_FORM)
