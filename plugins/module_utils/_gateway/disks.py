# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed disks, and the SAS to their bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ansible_collections.goldenimage.azure.plugins.module_utils._gateway import calls, translation
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.access import DAY, Access
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.page_writer import write_pages
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.disk_file import DiskContent
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.errors import Failed, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId


UNWANTED_VERDICTS = ("InvalidParameter", "BadRequest", "OperationNotAllowed")
"""No VHD in it; or nothing to close. What really stands in the way says so again when the disk is deleted."""


class Disks(Access[Disk]):
    noun, operations, api, translate = "disk", "disks", calls.DISKS, translation.disk

    @contextmanager
    def write_access(self, disk: ResourceId, seconds: int = DAY) -> Iterator[str]:
        """A SAS that fills the disk. Revoking it commits the upload, so that happens only when the block ended well."""
        yield self._grant(disk, "Write", seconds)
        with self._connection.deadline.grace():
            self.revoke(disk)

    def upload(self, disk: ResourceId, content: DiskContent, tags: Mapping[str, str]) -> None:
        """Fill a disk that was made for it; the tags are the proof, so they come after the last byte and before the end."""
        with self.write_access(disk) as sas:
            write_pages(sas, content, self._connection.deadline)
            self.tag(disk, tags)

    def discard(self, disk: ResourceId) -> None:
        """Delete a disk that may be open for writing. Closing it judges a VHD that nobody wants any more, so that verdict is no error."""
        try:
            self.revoke(disk)
        except (Failed, Refused) as verdict:
            if verdict.facts.get("code") not in UNWANTED_VERDICTS:
                raise
        self.delete(disk)
