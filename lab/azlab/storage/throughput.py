"""The throughput limits of a standard page blob: 60 MiB/s and 500 requests per second for each blob.

https://learn.microsoft.com/azure/storage/blobs/scalability-targets
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from azlab.storage import refusals

BYTES = 60 << 20
REQUESTS = 500


class Bucket:
    """A token bucket, refilled at `rate` tokens per second, which holds the tokens of one second at most."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = rate
        self._at = clock()

    def debt(self, count: float) -> float:
        """Take tokens, even more than the bucket holds; returns the seconds until the missing ones are refilled."""
        self._fill()
        self._tokens -= count
        return max(0.0, -self._tokens / self._rate)

    def take(self, count: float) -> bool:
        """Take tokens if the bucket holds enough; returns whether it did."""
        self._fill()
        if self._tokens < count:
            return False
        self._tokens -= count
        return True

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate)
        self._at = now


class ThroughputLimits:
    """The limits of all blobs, each with buckets of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._bytes: dict[str, Bucket] = defaultdict(lambda: Bucket(BYTES, clock))
        self._requests: dict[str, Bucket] = defaultdict(lambda: Bucket(REQUESTS, clock))

    def count_request(self, blob: str) -> None:
        """Count one request; raises Refused if the blob had too many in this second."""
        if not self._requests[blob].take(1):
            raise refusals.SERVER_BUSY()

    def wait_for_bytes(self, blob: str, count: int) -> float:
        """Seconds to wait before this many more bytes may be sent to or from the blob."""
        return self._bytes[blob].debt(count)
