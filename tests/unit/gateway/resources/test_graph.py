# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries of Resource Graph: pages, the quota that its headers show, and answers that were cut off."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused, TimedOut, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources.graph import seconds_to_wait
from urllib3 import HTTPResponse

from tests.support.canned import CannedAzure, answer, error


def rows(count: int, token: str = "", left: str = "14", resets: str = "00:00:05", **more: Any) -> HTTPResponse:
    body = {"data": [{"id": str(number)} for number in range(count)], **({"$skipToken": token} if token else {}), **more}
    return answer(body=body, x_ms_user_quota_remaining=left, x_ms_user_quota_resets_after=resets)


def test_all_pages_are_read() -> None:
    canned = CannedAzure(rows(2, "next"), rows(1))
    assert len(canned.azure.graph.query("resources", ["s"])) == 3
    assert [each.body["options"].get("$skipToken") for each in canned.sent] == [None, "next"]
    assert canned.clock.slept == []


def test_a_spent_quota_is_waited_for_by_the_next_page_and_by_the_next_query() -> None:
    canned = CannedAzure(rows(1, "next", left="0"), rows(1, left="0", resets="00:01:02"), rows(1))
    canned.azure.graph.query("resources")
    canned.azure.graph.query("resources")
    assert canned.moments == [0.0, 5.0, 67.0]


def test_a_quota_that_returns_too_late_ends_the_task() -> None:
    canned = CannedAzure(rows(1, "next", left="0", resets="01:00:00"))
    with pytest.raises(TimedOut, match="could not ask Resource Graph"):
        canned.azure.graph.query("resources")


def test_a_throttled_query_is_sent_again_when_azure_says() -> None:
    canned = CannedAzure(error(429, "RateLimiting", "Please provide below info", Retry_After="4"), rows(1))
    assert len(canned.azure.graph.query("resources")) == 1
    assert canned.moments == [0.0, 4.0]


def test_rows_that_cannot_be_read_are_an_error() -> None:
    canned = CannedAzure(rows(2, resultTruncated="true", totalRecords=7))
    with pytest.raises(Refused, match="it returned 2 of 7 rows, and gave no token"):
        canned.azure.graph.query("resources")


@pytest.mark.parametrize("body", [[], "text", {}, {"error": "blocked"}, {"data": None}, {"data": {"columns": []}}, {"data": [1]}])
def test_an_answer_without_rows_does_not_mean_that_there_are_none(body: Any) -> None:
    with pytest.raises(Unavailable, match="could not ask Resource Graph: the answer has no list of rows"):
        CannedAzure(answer(body=body)).azure.graph.query("resources")


@pytest.mark.parametrize(
    ("left", "resets", "seconds"), [("1", "00:00:05", 0), ("0", "00:00:05", 5), ("0", "soon", 0), ("", "", 0), ("0", "", 0)]
)
def test_only_a_spent_quota_is_waited_for(left: str, resets: str, seconds: float) -> None:
    assert seconds_to_wait({"x-ms-user-quota-remaining": left, "x-ms-user-quota-resets-after": resets}) == seconds
    assert seconds_to_wait({}) == 0
