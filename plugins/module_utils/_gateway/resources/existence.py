# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a resource exists that azure-mgmt-compute has no operations for."""

from __future__ import annotations

from ..._core.errors import Denied, Missing, Refused
from ..sdk.client import Client
from ..sdk.errors import describing


def exists(client: Client, path: str, name: str, api_version: str) -> bool:
    """Whether there is a resource at a path; one that this identity may not read is assumed to exist.

    ``name`` says in an error what could not be read, for example "subnet default".
    """
    try:
        with describing(f"read {name}"):
            client.get(path, api_version)
    except Missing:
        return False
    except Denied:
        return True
    except Refused as error:
        if error.facts.get("code") != "SubscriptionNotFound":
            raise
        return False
    return True
