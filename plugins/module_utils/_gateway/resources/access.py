# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to the bytes of disks and snapshots. A SAS lives and dies inside one ``with``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from ..._core.errors import Refused
from ..._core.ids import ResourceId
from ..sdk import calls
from ..sdk.errors import doing
from .base import Resources, Settles

T = TypeVar("T", bound=Settles)
DAY = 24 * 3600
LONGEST_GRANT = 60 * DAY
"""Azure's limit: https://learn.microsoft.com/azure/virtual-machines/linux/download-vhd"""


class Access(Resources[T]):
    """A kind of resource whose bytes can be read."""

    @contextmanager
    def read_access(self, resource: ResourceId, seconds: int = DAY) -> Iterator[str]:
        """A SAS that reads, revoked whatever happens."""
        sas = self._grant(resource, "Read", seconds)
        try:
            yield sas
        finally:
            with self._connection.deadline.grace():
                self.revoke(resource)

    def revoke(self, resource: ResourceId) -> None:
        """End every access. For an upload this is the moment at which Azure judges the VHD."""
        with doing(f"end the access to {self.noun} {resource.name}"):
            calls.run(self._sdk(resource).begin_revoke_access, resource.resource_group, resource.name, api_version=self.api)

    def _grant(self, resource: ResourceId, access: str, seconds: int) -> str:
        body = {"access": access, "durationInSeconds": seconds}
        with doing(f"get {access.lower()} access to {self.noun} {resource.name}"):
            operation = self._sdk(resource).begin_grant_access
            answer = calls.run(operation, resource.resource_group, resource.name, api_version=self.api, body=body)
        if not (sas := answer.get("accessSAS")):
            raise Refused(f"could not get {access.lower()} access to {self.noun} {resource.name}: Azure's answer holds no SAS.")
        return str(sas)
