# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to the bytes of managed disks and snapshots by a SAS, which never leaves this folder but to the readers and writers of pages."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from ..._core.errors import GoldenImageError, InvalidRequest, Refused
from ..._core.ids import ResourceId
from ..._core.limits import LONGEST_SAS
from ..._core.model.disk import Disk
from ..._core.model.disk_bytes import DiskBytes
from ..._core.model.reading import obstacle_to_reading, title_of
from ..._core.model.snapshot import Snapshot
from ..pages.download import RemoteDisk
from ..sdk import calls
from ..sdk.waiting import GRACE_SECONDS
from .base import Resources, names

D = TypeVar("D", Disk, Snapshot)


class Granted(Resources[D]):
    """Disks or snapshots, whose bytes are reached by a grant."""

    @contextmanager
    def opened(self, resource: ResourceId) -> Iterator[DiskBytes]:
        """The bytes of a disk or snapshot, for reading. Access is revoked after the block, also if that fails.

        The SAS outlives the task by little: if the task is killed, the disk cannot be used by a VM until the SAS has expired.
        """
        found = self.get(resource)
        if obstacle := obstacle_to_reading(found):
            raise InvalidRequest(f"{title_of(found)} cannot be read: {obstacle.what}: {obstacle.mend}.")
        seconds = min(math.ceil(self._client.deadline.left + GRACE_SECONDS), LONGEST_SAS)
        sas = self._grant(resource, "Read", seconds)
        try:
            yield from _reading(RemoteDisk(sas, title_of(found), self._client.deadline))
        except BaseException:
            with suppress(GoldenImageError):
                self._end_access(resource)
            raise
        self._end_access(resource)

    def _end_access(self, resource: ResourceId) -> None:
        with self._client.deadline.grace():
            self.revoke(resource)

    def revoke(self, resource: ResourceId) -> None:
        """End all access to the disk's bytes. For an upload, Azure validates the VHD now."""
        with self._describing("end the access to", resource):
            calls.run(self._sdk(resource).begin_revoke_access, *names(resource), api_version=self.api)

    def _grant(self, resource: ResourceId, access: str, seconds: int) -> str:
        body = {"access": access, "durationInSeconds": seconds}
        with self._describing(f"get {access.lower()} access to", resource):
            answer = calls.run(self._sdk(resource).begin_grant_access, *names(resource), api_version=self.api, body=body)
        if not (sas := answer.get("accessSAS")):
            raise Refused(f"could not get {access.lower()} access to {self.noun} {resource.name}: Azure's answer holds no SAS.")
        return str(sas)


def _reading(disk: RemoteDisk) -> Iterator[DiskBytes]:
    """The disk; then raise the failure that a reader may have taken for damage."""
    try:
        yield disk
        if disk.failure:
            raise disk.failure
    finally:
        disk.close()
