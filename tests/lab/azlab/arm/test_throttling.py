# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The budgets of requests: off by default, the documented ones, and those of a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from azlab import faults
from azlab.arm.core.refusals import AzureError
from azlab.arm.http.throttling import DOCUMENTED, GRAPH, Throttle
from azlab.faults import Faults
from azlab.settings import Settings

from tests.support.running_lab import RunningLab

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
READS = "x-ms-ratelimit-remaining-subscription-reads"
SLOW = 0.01  # tokens per second, so that a test never sees a new one


def ask(lab: RunningLab, method: str = "GET", path: str = "providers/Microsoft.Compute/disks") -> httpx.Response:
    """Send one cheap request."""
    return lab.arm(method, path, version="2024-03-02")


def test_requests_are_not_limited_unless_a_test_asks_for_it(lab: RunningLab) -> None:
    traffic = lab.traffic()
    answers = [ask(lab) for _ in range(int(DOCUMENTED["reads"][0]) + 10)]
    assert {each.status_code for each in answers} == {200}
    assert int(answers[-1].headers[READS]) == max(1, int(answers[0].headers[READS]) - len(answers) + 1)
    assert traffic.answered(429) == []


def test_reads_beyond_the_budget_are_refused(lab: RunningLab) -> None:
    traffic, client = lab.traffic(), lab.settings.client_id
    with lab.setting("throttling", {"reads": [3, SLOW]}):
        answers = [ask(lab) for _ in range(5)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert [each.headers[READS] for each in answers] == ["2", "1", "0", "0", "0"]
    assert 90 <= int(answers[3].headers["retry-after"]) <= 100
    error = answers[3].json()["error"]
    assert error["code"] == "SubscriptionRequestsThrottled"
    assert error["message"].startswith(
        f"Number of 'read' requests for subscription '{lab.settings.subscription}' actor '{client}' exceeded. Please try again after '"
    )
    assert [line["method"] for line in traffic.answered(429)] == ["GET", "GET"]
    assert ask(lab).status_code == 200


def test_reads_writes_and_deletes_have_budgets_of_their_own(lab: RunningLab) -> None:
    budgets = {kind: [1, SLOW] for kind in ("reads", "writes", "deletes")}
    missing = "resourceGroups/no-such-group/providers/Microsoft.Compute/disks/d"
    with lab.setting("throttling", budgets):
        for method, kind in (("GET", "reads"), ("PATCH", "writes"), ("DELETE", "deletes")):
            first, second = ask(lab, method, missing), ask(lab, method, missing)
            assert (first.status_code, first.headers[f"x-ms-ratelimit-remaining-subscription-{kind}"]) == (404, "0")
            assert second.status_code == 429
            assert f"'{kind[:-1]}' requests" in second.json()["error"]["message"]


def test_each_subscription_and_the_tenant_have_budgets_of_their_own(lab: RunningLab) -> None:
    with lab.second_subscription() as second, lab.setting("throttling", {"reads": [1, SLOW]}):
        assert (ask(lab).status_code, ask(lab).status_code) == (200, 429)
        assert (ask(second).status_code, ask(second).status_code) == (200, 429)
        first, refused = (lab.arm("GET", "/subscriptions", version="2022-12-01") for _ in range(2))
        assert (first.status_code, first.headers["x-ms-ratelimit-remaining-tenant-reads"]) == (200, "0")
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "TenantRequestsThrottled")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


class Caller:
    """Sends requests to budgets without a lab."""

    def __init__(self, folder: Path, throttling: Any) -> None:
        settings = Settings.create(folder)
        faults.set_value(settings.faults, "throttling", throttling)
        self.clock = Clock()
        self.throttle = Throttle(settings, Faults(settings.faults), self.clock)

    def passed(self, count: int, method: str = "GET", path: str = SUBSCRIPTION) -> int:
        """How many of so many requests pass."""
        return sum(not self.refusal(method, path) for _ in range(count))

    def refusal(self, method: str, path: str) -> AzureError | None:
        """The refusal of one request."""
        try:
            self.throttle.admit(method, path)
        except AzureError as error:
            return error
        return None


@pytest.mark.parametrize(("method", "most", "rate"), [("GET", 250, 25), ("PUT", 200, 10), ("POST", 200, 10), ("DELETE", 200, 10)])
def test_the_documented_budgets_are_refilled_each_second(tmp_path: Path, method: str, most: int, rate: int) -> None:
    caller = Caller(tmp_path, True)
    assert caller.passed(most + 50, method) == most
    refused = caller.refusal(method, SUBSCRIPTION)
    assert refused is not None
    assert refused.headers == {"Retry-After": "1"}
    caller.clock.time += 1
    assert caller.passed(most, method) == rate
    caller.clock.time += 1000
    assert caller.passed(most + 50, method) == most


@pytest.mark.parametrize("throttling", [False, True])
def test_resource_graph_counts_queries_in_windows(tmp_path: Path, throttling: bool) -> None:
    caller = Caller(tmp_path, throttling)
    assert caller.passed(20, "POST", GRAPH) == (15 if throttling else 20)
    caller.clock.time += 2.5
    headers = caller.throttle.headers("POST", GRAPH)
    assert headers["x-ms-user-quota-remaining"] == "0"
    assert headers["x-ms-user-quota-resets-after"] == "00:00:03"
    caller.clock.time += 2.5
    assert caller.passed(1, "POST", GRAPH) == 1
    assert caller.throttle.headers("POST", GRAPH)["x-ms-user-quota-remaining"] == "14"


def test_queries_do_not_use_up_the_writes_of_the_tenant(tmp_path: Path) -> None:
    caller = Caller(tmp_path, {"writes": [1, SLOW], "queries": [3, 5]})
    assert caller.passed(3, "POST", GRAPH) == 3
    assert caller.passed(2, "POST", "/providers/Microsoft.Other/things") == 1


def test_budgets_are_new_when_they_are_set_again(tmp_path: Path) -> None:
    budgets = {"reads": [2, SLOW], "queries": [2, 5]}
    caller = Caller(tmp_path, budgets)
    for _ in range(2):
        assert (caller.passed(5), caller.passed(5, "POST", GRAPH)) == (2, 2)
        faults.set_value(tmp_path / "faults.json", "throttling", budgets)
