# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps on snapshots: each is one request to Azure, with the sentence that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.errors import TimedOut
from ..._core.ids import ResourceId
from ..._core.listener import Listener
from ..._core.model.snapshot import Snapshot
from ..._core.ports import Azure


@dataclass(frozen=True)
class TakeSnapshot:
    """Take a snapshot of a disk. ``body`` is the request body."""

    snapshot: ResourceId
    source: ResourceId
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"take snapshot {self.snapshot.name} of disk {self.source.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.snapshots.create(self.snapshot, self.body)


@dataclass(frozen=True)
class TagSnapshot:
    """Replace all tags of a snapshot."""

    snapshot: ResourceId
    tags: Mapping[str, str]

    def __str__(self) -> str:
        return f"set the tags of snapshot {self.snapshot.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.snapshots.tag(self.snapshot, self.tags)


@dataclass(frozen=True)
class DeleteSnapshot:
    """Delete a snapshot."""

    snapshot: ResourceId

    def __str__(self) -> str:
        return f"delete snapshot {self.snapshot.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        azure.snapshots.delete(self.snapshot)


@dataclass(frozen=True)
class AwaitSnapshot:
    """Wait until Azure has copied all bytes of a snapshot in the background, as it does for some types of disks."""

    snapshot: ResourceId

    def __str__(self) -> str:
        return f"wait for the bytes of snapshot {self.snapshot.name}"

    def run(self, azure: Azure, listener: Listener) -> None:
        require_copied(self.snapshot, azure.snapshots.find_copied(self.snapshot))


def require_copied(snapshot: ResourceId, found: Snapshot | None) -> None:
    """Refuse to go on with a snapshot that does not hold all bytes when the deadline is near."""
    if found is None or not found.complete:
        raise TimedOut(f"snapshot {snapshot.name} does not hold all bytes yet; run again later, or raise wait_timeout.")
