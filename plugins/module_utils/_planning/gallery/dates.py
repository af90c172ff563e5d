# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dates that options of galleries give, and their comparison with those that Azure has stored."""

from __future__ import annotations

import re
from datetime import datetime

from ..._core.errors import InvalidRequest
from ..._core.times import parse_time

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def require_date(option: str, text: str) -> str:
    """The time in an option, as it is sent to Azure: ``2027-01-01T00:00:00Z`` for ``2027-01-01``. Raises ``InvalidRequest``."""
    return require_moment(option, text).strftime("%Y-%m-%dT%H:%M:%SZ")


def require_moment(option: str, text: str) -> datetime:
    """The time in an option, whose clock can be left out. Raises ``InvalidRequest``."""
    if (found := moment(text.strip())) is None:
        raise InvalidRequest(f"{option}: {text!r} is not a date: give one such as 2027-01-01 or 2027-01-01T12:00:00Z.")
    return found


def same_date(stored: object, wanted: object) -> bool:
    """Whether two texts are the same time, to the second: Azure stores ``2027-01-01`` as ``2027-01-01T00:00:00+00:00``."""
    first, second = moment(str(stored)), moment(str(wanted))
    if first is None or second is None:
        return stored == wanted
    return first.replace(microsecond=0) == second.replace(microsecond=0)


def moment(text: str) -> datetime | None:
    """The time in a text; a day begins at midnight in UTC. None if the text is not a time."""
    return parse_time(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
