# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subscription of a task that names none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.errors import InvalidRequest


def only_subscription(answer: Mapping[str, Any]) -> str:
    """The id of the only subscription in a list of those that an identity can see; raise ``InvalidRequest`` for none or several."""
    found = [str(each["subscriptionId"]) for each in answer.get("value") or []]
    if len(found) != 1:
        raise InvalidRequest(
            f"subscription_id: this identity sees {len(found)} subscriptions; name one in this option or in AZURE_SUBSCRIPTION_ID."
        )
    return found[0]
