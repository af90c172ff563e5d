# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's clock, as the headers of its answers show it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

HALF_A_SECOND = timedelta(milliseconds=500)
"""The header has whole seconds, cut off."""


def seconds_ahead(header: str | None, received: datetime) -> int | None:
    """How many seconds Azure's clock was ahead when an answer with this ``Date`` header was received; None if the header has no time."""
    try:
        sent = parsedate_to_datetime(header or "")
    except (ValueError, TypeError):
        return None
    aware = sent if sent.tzinfo else sent.replace(tzinfo=timezone.utc)
    return round((aware + HALF_A_SECOND - received).total_seconds())
