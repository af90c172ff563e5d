"""Times as Azure writes them."""

from __future__ import annotations

import datetime
import math


def now() -> str:
    """The current time, with the seven decimals that Azure uses."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")


def age(time: str | None) -> float:
    """The seconds since such a time; endless if there is none."""
    if time is None:
        return math.inf
    then = datetime.datetime.fromisoformat(time[:26] + time[27:])
    return (datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()
