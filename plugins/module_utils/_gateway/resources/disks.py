# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed disks, and the SAS to their bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..._core.errors import Failed, Missing, Refused
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.model.disk import Disk
from ..._core.model.disk_file import DiskContent
from ..pages.upload import write_pages
from ..parsing.disk import parse_disk
from ..sdk import calls
from .access import DAY, LONGEST_GRANT, Access

DISCARD_TRIES, DISCARD_PAUSE = 4, 5.0


class Disks(Access[Disk]):
    noun, operations, api = "disk", "disks", calls.DISKS
    translate = staticmethod(parse_disk)

    @contextmanager
    def write_access(self, disk: ResourceId) -> Iterator[str]:
        """A SAS that fills the disk and outlives the task. Revoking it commits the upload, and happens only when the block ended well."""
        yield self._grant(disk, "Write", min(max(DAY, math.ceil(self._connection.deadline.left)), LONGEST_GRANT))
        with self._connection.deadline.grace():
            self.revoke(disk)

    def upload(self, disk: ResourceId, content: DiskContent, tags: Mapping[str, str], listener: Listener) -> None:
        """Fill a disk that was made for it; the tags are the proof, so they are added after the last byte and before the end."""
        with self.write_access(disk) as sas:
            write_pages(sas, content, self._connection.deadline, listener)
            self.tag(disk, {**self.get(disk).tags, **tags})

    def discard(self, disk: ResourceId) -> None:
        """Delete a disk that may be open for writing, or be opened by what a run that died has begun."""
        for attempt in range(DISCARD_TRIES):
            verdict = self._close(disk)
            try:
                return self.delete(disk)
            except Refused as refusal:
                if refusal.facts.get("status") != 409 or attempt == DISCARD_TRIES - 1:
                    raise refusal from verdict
            self._connection.deadline.sleep(DISCARD_PAUSE)

    def _close(self, disk: ResourceId) -> Failed | Missing | Refused | None:
        """Closing an upload judges its VHD. Nobody wants this one: what it is found guilty of matters only if it cannot be deleted then.

        Nor does it matter if a dead run's own deletion of it has come to its end.
        """
        try:
            self.revoke(disk)
        except (Failed, Missing, Refused) as verdict:
            return verdict
        return None
