# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Resource Graph: one query over the resources of many subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..sdk.client import Client
from ..sdk.errors import describing

GRAPH_API = "2021-03-01"
PAGE = 1000
"""Rows in one answer, the most that Azure gives."""


class ResourceGraph:
    """Azure Resource Graph."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def query(self, kql: str, subscriptions: Sequence[str] = ()) -> tuple[Mapping[str, Any], ...]:
        """All rows of a query, over all subscriptions that this identity can read, unless some are named."""
        found: list[Mapping[str, Any]] = []
        options: dict[str, Any] = {"$top": PAGE, "resultFormat": "objectArray"}
        place = {"subscriptions": list(subscriptions)} if subscriptions else {}
        while True:
            with describing("ask Resource Graph"):
                answer = self._client.send(
                    "POST", "/providers/Microsoft.ResourceGraph/resources", GRAPH_API, {"query": kql, **place, "options": options}
                )
            found += answer.get("data") or []
            if not (token := answer.get("$skipToken")):
                return tuple(found)
            options = {**options, "$skipToken": token}
