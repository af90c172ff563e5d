# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on managed disks: each is one request to Azure, with the sentence that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._core import tags as tag
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.model.disk_file import DiskContent
from ..._core.ports import Azure
from ..._core.times import format_time
from ..creation import require_unused


@dataclass(frozen=True)
class CreateUploadDisk:
    """Create an empty disk that an upload fills. ``run_id`` names the run in its tags: only that one may fill it."""

    disk: ResourceId
    body: Mapping[str, Any]
    run_id: str

    def __str__(self) -> str:
        return f"create disk {self.disk.name} for the upload"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.disks.create_for_upload(self.disk, self.body, self.run_id)


@dataclass(frozen=True)
class SendPages:
    """Upload the content of a disk file. ``tags`` prove that the disk is complete, so they are added last."""

    disk: ResourceId
    path: str
    tags: Mapping[str, str]
    run_id: str
    content: DiskContent = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"upload {self.path} to disk {self.disk.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.disks.upload(self.disk, self.content, self.tags, self.run_id, listener)


@dataclass(frozen=True)
class DiscardUpload:
    """Delete a disk whose upload was not finished: it may still be open for writing."""

    disk: ResourceId

    def __str__(self) -> str:
        return f"delete the unfinished disk {self.disk.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.disks.discard(self.disk)


@dataclass(frozen=True)
class DeleteDisk:
    """Delete a disk."""

    disk: ResourceId

    def __str__(self) -> str:
        return f"delete disk {self.disk.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.disks.delete(self.disk)


@dataclass(frozen=True)
class CopyDisk:
    """Create a disk from a snapshot. ``body`` is the request body."""

    disk: ResourceId
    source: ResourceId
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"create disk {self.disk.name} from snapshot {self.source.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        require_unused(azure.disks.create(self.disk, self.body))


@dataclass(frozen=True)
class NoteOwnership:
    """Note in a tag at what time a restored disk was attached. Azure changes the time of the disk whenever its VM starts."""

    disk: ResourceId

    def __str__(self) -> str:
        return f"note on disk {self.disk.name} that it was restored"

    def run(self, azure: Azure, listener: Listener) -> None:
        disk = azure.disks.get_owned(self.disk)
        azure.disks.tag(self.disk, {**disk.tags, tag.OWNERSHIP: format_time(disk.ownership_time) if disk.ownership_time else ""})
