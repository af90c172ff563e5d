# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times in one form, so that comparing them as text compares them as times."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from .limits import require_number

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.IGNORECASE)
_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"

A_YEAR = 365 * 24


def require_hours(option: str, hours: int) -> int:
    """An age that a task gives, checked."""
    return require_number(option, hours, highest=A_YEAR, unit="hours")


def utc(text: str | None) -> str | None:
    """``2026-11-22T10:00:00.1234567+00:00`` becomes ``2026-11-22T10:00:00.123456Z``; what is no time becomes None."""
    if not text or not (found := _ISO.fullmatch(text.strip())):
        return None
    day, clock, fraction, offset = found.groups()
    zone = "+00:00" if offset in (None, "Z", "z") else offset
    moment = datetime.fromisoformat(f"{day}T{clock}.{(fraction or '')[:6]:0<6}{zone}").astimezone(timezone.utc)
    return moment.strftime(_FORM)


def hours_before(moment: str, hours: int) -> str:
    """The moment so many hours before one in the form of ``utc``."""
    return (datetime.strptime(moment, _FORM) - timedelta(hours=hours)).strftime(_FORM)
