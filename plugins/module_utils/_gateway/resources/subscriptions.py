# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions that this identity can read."""

from __future__ import annotations

from ..._core.errors import Denied, Missing
from ..sdk.client import SUBSCRIPTIONS_API, Client
from ..sdk.errors import describing


class Subscriptions:
    """Subscriptions."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def readable(self) -> tuple[str, ...]:
        """Their ids."""
        with describing("list the subscriptions"):
            return tuple(str(each["subscriptionId"]) for each in self._client.list("/subscriptions", SUBSCRIPTIONS_API))

    def quota_id(self, subscription: str = "") -> str | None:
        """The quotaId of a subscription, which tells the kind of its contract; None if it may not be read. Defaults to our own."""
        subscription = subscription or self._client.subscription
        try:
            with describing(f"read subscription {subscription}"):
                answer = self._client.get(f"/subscriptions/{subscription}", SUBSCRIPTIONS_API)
        except (Denied, Missing):
            return None
        found = (answer.get("subscriptionPolicies") or {}).get("quotaId")
        return str(found) if found else None
