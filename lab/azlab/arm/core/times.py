"""Times as Azure writes them."""

from __future__ import annotations

import datetime


def now() -> str:
    """The current time, with the seven decimals that Azure uses."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")
