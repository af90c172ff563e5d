# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed disks, and uploads into them by a SAS, which never leaves this folder but to the page writer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..._core import tags as tag
from ..._core.errors import Failed, Missing, Refused
from ..._core.ids import ResourceId
from ..._core.limits import LONGEST_SAS
from ..._core.listener import Listener
from ..._core.model.disk import Disk
from ..._core.model.disk_file import DiskContent
from ..pages.upload import write_pages
from ..parsing.disk import parse_disk
from ..sdk import calls
from .granted import Granted

DAY = 24 * 3600
CONFLICT = 409
EMPTY = "ReadyToUpload"
"""The state of a disk for an upload until access to it is given for the first time."""
INSTEAD = "run again when that upload has ended, or name another disk with the option disk."
DISCARD_TRIES, DISCARD_PAUSE = 4, 5.0
OWNED_SECONDS = 120.0


class Disks(Granted[Disk]):
    """Managed disks."""

    noun, operations, collection, api = "disk", "disks", "disks", calls.DISKS
    parse = staticmethod(parse_disk)

    def get_owned(self, disk: ResourceId) -> Disk:
        """The disk, which was just attached. Azure does not say when it sets the ownership time, so it is waited for, but not for long."""
        return self._client.deadline.until(lambda: self.get(disk), lambda found: not found.never_used, at_most=OWNED_SECONDS)

    @contextmanager
    def write_access(self, disk: ResourceId) -> Iterator[str]:
        """A SAS that writes the disk and outlives the task. It is revoked, which commits the upload, only if the block succeeds."""
        yield self._write_sas(disk)
        with self._client.deadline.grace():
            self.revoke(disk)

    def create_for_upload(self, disk: ResourceId, body: Mapping[str, Any], run: str) -> None:
        """Create an empty disk for an upload, and prove that this run made it; raise Failed if another run has it.

        Azure has no conditional PUT for disks: a second PUT changes a disk that exists, tags included, and its answer is the same. Two runs
        therefore cannot both see their own id *and* a disk that access was never given to (here), then their own id again after they got
        access (in ``upload``): of two runs that pass the first check, the one whose PUT came first finds the other's id in the second.
        """
        if self.find(disk) is not None:
            raise _taken(disk)
        self.create(disk, body)
        made = self.get(disk)
        if made.tags.get(tag.RUN) != run or made.state != EMPTY:
            raise _taken(disk)

    def upload(self, disk: ResourceId, content: DiskContent, tags: Mapping[str, str], run: str, listener: Listener) -> None:
        """Write the content into a disk that this run created for it, commit, and add the tags.

        The tags say that the content is complete, so they are added last: it is not known whether Azure changes the tags of a disk that is
        open for writing. The listener learns how much has been sent. Nothing is written, committed or tagged if the disk is no longer that
        of this run.
        """
        with self.write_access(disk) as sas:
            ours = self._require_run(disk, run)
            write_pages(sas, content, self._client.deadline, listener)
            self._require_same(ours, run)
        with self._client.deadline.grace():
            kept = {name: value for name, value in self._require_same(ours, run).tags.items() if name != tag.RUN}
            self.tag(disk, {**kept, **tags})

    def discard(self, disk: ResourceId) -> None:
        """Delete a disk that may be open for writing, even if a request of a killed run opens it again meanwhile."""
        for attempt in range(DISCARD_TRIES):
            cause = self._close(disk)
            try:
                return self.delete(disk)
            except Refused as refusal:
                if refusal.facts.get("status") != CONFLICT or attempt == DISCARD_TRIES - 1:
                    raise refusal from cause
            self._client.deadline.sleep(DISCARD_PAUSE)

    def _write_sas(self, disk: ResourceId) -> str:
        """A SAS for writing. Azure may refuse it because another upload has one already."""
        try:
            return self._grant(disk, "Write", min(max(DAY, math.ceil(self._client.deadline.left)), LONGEST_SAS))
        except Refused as refusal:
            if refusal.facts.get("status") != CONFLICT:
                raise
            raise Refused(f"{refusal.message} If another upload uses the disk: {INSTEAD}", **refusal.facts) from refusal

    def _require_run(self, disk: ResourceId, run: str) -> Disk:
        """The disk, if the tag of its run is still that of this run."""
        found = self.get(disk)
        if found.tags.get(tag.RUN) != run:
            raise _taken(disk)
        return found

    def _require_same(self, ours: Disk, run: str) -> Disk:
        """The disk as it is now, if it is still the one that this run found after it had got access."""
        now = self._require_run(ours.id, run)
        if (now.unique_id, now.time_created) != (ours.unique_id, ours.time_created):
            raise _taken(ours.id)
        return now

    def _close(self, disk: ResourceId) -> Failed | Missing | Refused | None:
        """Revoke access, which makes Azure validate the VHD. The result is ignored unless the delete fails; then it becomes the cause.

        The disk may also be gone already, deleted by a killed run.
        """
        try:
            self.revoke(disk)
        except (Failed, Missing, Refused) as error:
            return error
        return None


def _taken(disk: ResourceId) -> Failed:
    """The error for an interim disk that another run has created or taken over."""
    return Failed(f"disk {disk.name} in resource group {disk.resource_group} is used by another upload of the same image: {INSTEAD}")
