"""How fast a standard page blob goes: 60 MiB/s and 500 requests a second, each blob for itself.

https://learn.microsoft.com/azure/storage/blobs/scalability-targets
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict

from azlab.storage import refusals

BYTES = 60 << 20
REQUESTS = 500


class Bucket:
    """Tokens that come back at a steady rate, up to one second's worth."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._tokens = rate
        self._at = time.monotonic()

    def debt(self, count: float) -> float:
        """Take tokens, more than there are if need be; answers the seconds until the debt is paid."""
        self._fill()
        self._tokens -= count
        return max(0.0, -self._tokens / self._rate)

    def take(self, count: float) -> bool:
        """Take tokens if there are enough."""
        self._fill()
        if self._tokens < count:
            return False
        self._tokens -= count
        return True

    def _fill(self) -> None:
        now = time.monotonic()
        self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate)
        self._at = now


class Limits:
    """The buckets of every blob."""

    def __init__(self) -> None:
        self._bytes: dict[str, Bucket] = defaultdict(lambda: Bucket(BYTES))
        self._requests: dict[str, Bucket] = defaultdict(lambda: Bucket(REQUESTS))

    def count_request(self, blob: str) -> None:
        """Refuse the request that is too many in this second."""
        if not self._requests[blob].take(1):
            raise refusals.server_busy()

    async def pass_bytes(self, blob: str, count: int) -> None:
        """Wait until this many bytes may go to or from the blob."""
        await asyncio.sleep(self._bytes[blob].debt(count))
