# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights of the signed-in identity."""

from __future__ import annotations

from ..._core.errors import Denied, Failed, Missing, Refused
from ..._core.model.rights import Rights
from ..parsing.rights import parse_rights
from ..sdk.client import Client
from ..sdk.errors import describing

AUTHORIZATION_API = "2022-04-01"


class Permissions:
    """The rights of the signed-in identity."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def at(self, path: str, title: str) -> Rights:
        """The rights at the path of a resource or resource group, those of everything above it included.

        An identity may work without the right to read its rights, so a refusal is part of the value.
        """
        try:
            with describing(f"read the rights on {title}"):
                return parse_rights(self._client.get(f"{path}/providers/Microsoft.Authorization/permissions", AUTHORIZATION_API))
        except (Denied, Missing, Refused, Failed) as error:
            return Rights(unread=error.message)
