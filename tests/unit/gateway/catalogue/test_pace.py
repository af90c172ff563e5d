# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace of reads against a simulated Azure: budgets that fill again, other clients, and refusals. No test sleeps."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.pace import Call, Pace
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.waiting import Deadline

from tests.support.canned import CannedAzure, answer, error
from tests.support.clock import Clock

READS = "x-ms-ratelimit-remaining-subscription-reads"
COMPUTE = "Microsoft.Compute/LowCostGet3Min"


@dataclass
class Server:
    """Azure's budget: what it holds now, how much it can hold, and how much comes back in a second."""

    size: float = 250.0
    rate: float = 25.0
    left: float = 250.0
    seen_at: float = 0.0
    says: bool = True
    refused: int = 0
    served: int = 0
    lowest: float = field(default=1e9)

    def spend(self, now: float) -> bool:
        self.left = min(self.size, self.left + self.rate * (now - self.seen_at))
        self.seen_at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True

    def serve(self, now: float) -> tuple[int, dict[str, str]]:
        ok = self.spend(now)
        self.served, self.refused = self.served + ok, self.refused + (not ok)
        self.lowest = min(self.lowest, self.left)
        return 200 if ok else 429, {READS: str(int(self.left))} if self.says else {}


def simulate(server: Server, calls: int, threads: int = 10, latency: float = 0.04, others: float = 0.0) -> float:
    """The seconds that threads need for so many calls, while others send some in each second."""
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    order = itertools.count()
    events: list[tuple[float, int, str, Any]] = [(0.0, next(order), "try", None) for _ in range(threads)]
    if others:
        events.append((1.0, next(order), "other", None))
    sent = answered = 0
    while answered < calls:
        clock.now, _number, kind, detail = heapq.heappop(events)
        if kind == "try" and sent < calls:
            taken = pace.try_take()
            sent += isinstance(taken, Call)
            following = (clock.now + latency / 2, "arrive", taken) if isinstance(taken, Call) else (clock.now + taken, "try", None)
            heapq.heappush(events, (following[0], next(order), *following[1:]))
        elif kind == "arrive":
            heapq.heappush(events, (clock.now + latency / 2, next(order), "answer", (detail, server.serve(clock.now))))
        elif kind == "answer":
            call, (status, headers) = detail
            pace.answered(call, status, headers, retry_after=2.0 if status == 429 else None)
            answered, sent = answered + (status == 200), sent - (status == 429)
            heapq.heappush(events, (clock.now, next(order), "try", None))
        elif kind == "other":
            server.spend(clock.now)
            heapq.heappush(events, (clock.now + 1 / others, next(order), "other", None))
    return clock.now


@pytest.mark.parametrize("latency", [0.005, 0.04, 0.3])
def test_a_long_walk_uses_the_budget_up_and_never_overdraws_it(latency: float) -> None:
    server = Server()
    seconds = simulate(server, 5000, latency=latency)
    assert server.refused == 0
    assert seconds <= 1.1 * (5000 - 250) / 25
    assert server.lowest >= 1


def test_a_short_walk_is_not_slowed_down() -> None:
    assert simulate(Server(), 200) <= 1.2 * 200 / 10 * 0.04 + 0.04


@pytest.mark.parametrize("others", [5.0, 15.0])
def test_others_who_use_the_same_budget_cost_few_refusals(others: float) -> None:
    server = Server()
    seconds = simulate(server, 2000, others=others)
    assert server.refused <= 0.02 * 2000
    assert seconds <= 1.15 * (2000 - 250) / (25 - others)


def test_a_budget_that_others_have_spent_is_seen_in_the_first_answer() -> None:
    server = Server(left=12.0)
    simulate(server, 200)
    assert server.refused == 0


@pytest.mark.parametrize("rate", [4.0, 10.0])
def test_a_smaller_budget_than_the_documented_one_is_kept_to(rate: float) -> None:
    server = Server(size=100.0, left=100.0, rate=rate)
    seconds = simulate(server, 600)
    assert server.refused <= 0.02 * 600
    assert seconds <= 1.15 * (600 - 100) / rate


def test_a_larger_budget_than_the_documented_one_is_used() -> None:
    assert simulate(Server(size=12000.0, left=11999.0), 1000) < 5


def test_without_headers_the_documented_budget_is_assumed() -> None:
    server = Server(says=False)
    assert simulate(server, 1000) <= 1.1 * (1000 - 250) / 25
    assert server.refused == 0


def test_a_budget_that_no_header_names_costs_few_refusals() -> None:
    server = Server(size=40.0, left=40.0, rate=8.0, says=False)
    simulate(server, 2000)
    assert server.refused <= 0.1 * 2000


def paced(clock: Clock, first: dict[str, str]) -> Pace:
    """A pace that has had its first answer."""
    pace = Pace(clock, clock.sleep)
    pace.answered(pace.take(), 200, first)
    return pace


def test_only_one_request_is_sent_before_the_first_answer() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    first = pace.take()
    assert isinstance(pace.try_take(), float)
    pace.answered(first)
    assert isinstance(pace.try_take(), Call)


def test_a_refusal_holds_all_requests_back_for_as_long_as_azure_says() -> None:
    clock = Clock()
    pace = paced(clock, {READS: "200"})
    one, two = pace.take(), pace.take()
    pace.answered(one, 429, {}, 7.0)
    pace.answered(two, 200, {READS: "190"})
    assert pace.try_take() == 7.0
    pace.take()
    assert clock.now == 7.0


def test_late_answers_about_earlier_requests_are_not_believed() -> None:
    clock = Clock()
    pace = paced(clock, {READS: "200"})
    slow, quick = pace.take(), pace.take()
    pace.answered(quick, 200, {READS: "10"})
    pace.answered(slow, 200, {READS: "199"})
    assert isinstance(pace.try_take(), float)


@pytest.mark.parametrize("header", [f"{COMPUTE};5", f"Microsoft.Compute/LowCostGet30Min;9000, {COMPUTE};5"])
def test_a_budget_of_the_resource_provider_is_kept_to(header: str) -> None:
    clock = Clock()
    pace = paced(clock, {"x-ms-ratelimit-remaining-resource": f"{COMPUTE};360"})
    pace.answered(pace.take(), 200, {"x-ms-ratelimit-remaining-resource": header})
    assert pace.try_take() == pytest.approx((11 - 5) / (360 / 180))


@pytest.mark.parametrize("headers", [{READS: "many"}, {READS: ""}, {"x-ms-ratelimit-remaining-resource": ";;,x"}, {READS: "-1"}])
def test_headers_that_cannot_be_read_are_ignored(headers: dict[str, str]) -> None:
    assert isinstance(paced(Clock(), headers).try_take(), Call)


def test_a_wait_beyond_the_deadline_ends_the_task() -> None:
    clock = Clock()
    pace = Pace(clock, Deadline(5, clock, clock.sleep).sleep)
    pace.answered(pace.take(), 429, {}, 60.0)
    with pytest.raises(TimedOut, match="a wait of 60 s is due, 5 s are left"):
        pace.take()


def test_reads_of_the_client_keep_to_what_its_answers_say() -> None:
    empty = {"value": []}
    low = answer(body=empty, **{"x-ms-ratelimit-remaining-subscription-reads".replace("-", "_"): "1"})
    canned = CannedAzure(low, error(429, "TooManyRequests", "slow down", Retry_After="3"), answer(body=empty))
    canned.azure.subscriptions.readable()
    canned.azure.subscriptions.readable()
    assert canned.moments == pytest.approx([0.0, 0.4, 3.84], abs=0.5)
