"""The budgets of requests, and the headers that say how much of them is left.

The setting `throttling` in faults.json switches them on: true for those that Microsoft documents, or others by name:

    {"throttling": {"reads": [250, 25], "writes": [200, 10], "deletes": [200, 10], "queries": [15, 5]}}

ARM has a bucket of tokens for each subscription, client and kind of request, `[tokens, tokens per second]`; requests outside of
subscriptions have those of the tenant. Resource Graph counts `[queries, seconds]` instead. A lab has one client, so the client is not part
of any key. A change of faults.json makes all budgets new. Signing in costs nothing. Retry-After is not 0 in a lab that hurries: a client
that did not wait would be refused again.

https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
"""

from __future__ import annotations

import math
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from azlab.arm.core.json import Json
from azlab.arm.core.times import now
from azlab.arm.http import throttle_errors
from azlab.faults import Faults
from azlab.settings import Settings

Budget = tuple[float, float]

DOCUMENTED: dict[str, Budget] = {"reads": (250, 25), "writes": (200, 10), "deletes": (200, 10), "queries": (15, 5)}
GRAPH = "/providers/microsoft.resourcegraph/resources"
_UNLIMITED = {"reads": 11999, "writes": 1199, "deletes": 14999}
"""The requests that are left at the start of a lab without throttling, as recorded from Azure before it had buckets."""
_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)


@dataclass
class _Bucket:
    """The tokens of one kind of requests."""

    budget: Budget
    level: float
    filled: float

    def fill(self, time: float) -> None:
        """Add the tokens of the time that has passed."""
        most, per_second = self.budget
        self.level = min(most, self.level + (time - self.filled) * per_second)
        self.filled = time

    def take(self) -> int:
        """Take a token: 0 if there was one, otherwise the seconds until there is one again."""
        if self.level >= 1:
            self.level -= 1
            return 0
        return max(1, math.ceil((1 - self.level) / self.budget[1]))


@dataclass
class _Window:
    """The queries since the quota of Resource Graph was new."""

    began: float
    count: int = 0


class Throttle:
    """Counts the requests of a lab."""

    def __init__(self, settings: Settings, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._faults, self._clock = settings, faults, clock
        self._lock = threading.Lock()
        self._remaining = dict(_UNLIMITED)
        self._buckets: dict[tuple[str, str, Budget], _Bucket] = {}
        self._window = _Window(clock())
        self._edition = faults.edition

    def admit(self, method: str, path: str) -> None:
        """Count a request, and refuse it if its budget is used up."""
        with self._lock:
            budgets = self._budgets()
            if _is_query(path):
                self._ask(budgets)
            elif budgets:
                self._take(budgets, method, path)

    def headers(self, method: str, path: str) -> dict[str, str]:
        """The headers of an answer that say how many requests are left. Without throttling they count down and never reach 0."""
        kind = _KINDS.get(method, "writes")
        with self._lock:
            budgets = self._budgets()
            if budgets is None:
                self._remaining[kind] = max(1, self._remaining[kind] - 1)
                found = {f"x-ms-ratelimit-remaining-subscription-{kind}": str(self._remaining[kind])}
            elif _is_query(path):
                found = {}
            else:
                scope = "subscription" if _SUBSCRIPTION.match(path) else "tenant"
                found = {f"x-ms-ratelimit-remaining-{scope}-{kind}": str(int(self._bucket(budgets, kind, path).level))}
            return {**found, **self._quota(budgets)} if _is_query(path) else found

    def _budgets(self) -> dict[str, Budget] | None:
        """The budgets that hold; None without throttling. Whenever faults.json changes, all of them are new."""
        given, edition = self._faults.setting("throttling"), self._faults.edition
        if edition != self._edition:
            self._edition, self._window = edition, _Window(self._clock())
            self._buckets.clear()
        if not given:
            return None
        others = given if isinstance(given, dict) else {}
        return {**DOCUMENTED, **{kind: (float(most), float(rate)) for kind, (most, rate) in others.items()}}

    def _bucket(self, budgets: dict[str, Budget], kind: str, path: str) -> _Bucket:
        place = _SUBSCRIPTION.match(path)
        key = (place[1].lower() if place else "", kind, budgets[kind])
        bucket = self._buckets.setdefault(key, _Bucket(budgets[kind], budgets[kind][0], self._clock()))
        bucket.fill(self._clock())
        return bucket

    def _take(self, budgets: dict[str, Budget], method: str, path: str) -> None:
        kind, place = _KINDS.get(method, "writes"), _SUBSCRIPTION.match(path)
        seconds = self._bucket(budgets, kind, path).take()
        if not seconds:
            return
        facts: Json = {"kind": kind[:-1], "client": self._settings.client_id, "seconds": seconds}
        headers = {"Retry-After": str(seconds)}
        if place is None:
            raise throttle_errors.TOO_MANY_IN_TENANT(tenant=self._settings.tenant, **facts).adding(headers=headers)
        raise throttle_errors.TOO_MANY(subscription=place[1], **facts).adding(headers=headers)

    def _ask(self, budgets: dict[str, Budget] | None) -> None:
        most, seconds = (budgets or DOCUMENTED)["queries"]
        if self._clock() - self._window.began >= seconds:
            self._window = _Window(self._clock())
        self._window.count += 1
        if budgets and self._window.count > most:
            details = [throttle_errors.THROTTLED().body()]
            raise throttle_errors.TOO_MANY_QUERIES(time=now(), correlation=uuid.uuid4()).adding(details)

    def _quota(self, budgets: dict[str, Budget] | None) -> dict[str, str]:
        most, seconds = (budgets or DOCUMENTED)["queries"]
        left = max(0, math.ceil(self._window.began + seconds - self._clock()))
        resets_after = f"{left // 3600:02}:{left // 60 % 60:02}:{left % 60:02}"
        return {"x-ms-user-quota-remaining": str(max(0, int(most) - self._window.count)), "x-ms-user-quota-resets-after": resets_after}


def _is_query(path: str) -> bool:
    """Whether a path is that of Resource Graph's queries."""
    return path.rstrip("/").lower() == GRAPH
