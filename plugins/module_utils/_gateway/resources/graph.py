# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Resource Graph: one query over the resources of many subscriptions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..._core.errors import Refused, Unavailable
from ..sdk.client import Client
from ..sdk.errors import describing

GRAPH_API = "2021-03-01"
PAGE = 1000
"""Rows in one answer, the most that Azure gives."""
NO_ROWS = "could not ask Resource Graph: the answer has no list of rows; a proxy or a gateway on the way may have sent it."
_TIME = re.compile(r"(\d+):(\d+):(\d+)")


class ResourceGraph:
    """Azure Resource Graph."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pause = 0.0

    def query(self, kql: str, subscriptions: Sequence[str] = ()) -> tuple[Mapping[str, Any], ...]:
        """All rows of a query, over all subscriptions that this identity can read, unless some are named."""
        found: list[Mapping[str, Any]] = []
        options: dict[str, Any] = {"$top": PAGE, "resultFormat": "objectArray"}
        place = {"subscriptions": list(subscriptions)} if subscriptions else {}
        while True:
            answer = self._ask({"query": kql, **place, "options": options})
            found += _rows(answer)
            if not (token := answer.get("$skipToken")):
                _require_all(answer, len(found))
                return tuple(found)
            options = {**options, "$skipToken": token}

    def _ask(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to one query, which waits if the last answer said that no query is left for now. Azure allows 15 in five seconds:
        https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
        """
        with describing("ask Resource Graph"):
            if self._pause:
                self._client.deadline.sleep(self._pause)
            answer, headers = self._client.exchange("POST", "/providers/Microsoft.ResourceGraph/resources", GRAPH_API, body)
        self._pause = seconds_to_wait(headers)
        if not isinstance(answer, dict):
            raise Unavailable(NO_ROWS)
        return answer


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Seconds until the next query may be sent, as the headers of an answer say."""
    found = _TIME.fullmatch(headers.get("x-ms-user-quota-resets-after", "").strip())
    if headers.get("x-ms-user-quota-remaining", "").strip() != "0" or not found:
        return 0.0
    hours, minutes, seconds = map(int, found.groups())
    return 3600.0 * hours + 60 * minutes + seconds


def _rows(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of an answer. One without any list of them says nothing about what there is."""
    rows = answer.get("data")
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise Unavailable(NO_ROWS)
    return rows


def _require_all(answer: Mapping[str, Any], found: int) -> None:
    """Refuse an answer that was cut off without a way to read on."""
    if str(answer.get("resultTruncated", "false")).casefold() == "true":
        total = answer.get("totalRecords", "an unknown number")
        raise Refused(f"could not ask Resource Graph: it returned {found} of {total} rows, and gave no token to read the others.")
