# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether something that azure-mgmt-compute has no operation for exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._core.errors import Denied, Missing, Refused
from ..sdk.errors import doing

if TYPE_CHECKING:
    from ..sdk.client import Connection


def exists(connection: Connection, path: str, what: str, api_version: str) -> bool:
    """Whether something, with its subscription, exists; what we may not read is taken to exist."""
    try:
        with doing(f"read {what}"):
            connection.get(path, api_version)
    except Missing:
        return False
    except Denied:
        return True
    except Refused as error:
        if error.facts.get("code") != "SubscriptionNotFound":
            raise
        return False
    return True
