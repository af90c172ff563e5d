# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What planning's steps ask of Azure. ``_gateway`` fulfils it for real, ``tests/support/fakes.py`` in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from .ids import ResourceId
from .model.disk import Disk
from .model.disk_file import DiskContent
from .model.image import Image
from .model.snapshot import Snapshot
from .model.vm import Vm

Tags = Mapping[str, str]
Body = Mapping[str, Any]


class Machines(Protocol):
    """Virtual machines."""

    def find(self, vm: ResourceId) -> Vm | None:
        """The VM, or None."""

    def get(self, vm: ResourceId) -> Vm:
        """The VM, which must exist."""

    def find_settled(self, vm: ResourceId) -> Vm | None:
        """The VM once nothing works on it, or None."""

    def find_stopped(self, vm: ResourceId) -> Vm | None:
        """The VM once its guest has ended or the deadline has passed, or None."""

    def create(self, vm: ResourceId, body: Body) -> Vm:
        """Make it, and wait until it is made."""

    def update(self, vm: ResourceId, body: Body) -> Vm:
        """Change what the body names."""

    def tag(self, vm: ResourceId, tags: Tags) -> Vm:
        """Replace its tags."""

    def deallocate(self, vm: ResourceId) -> None:
        """Stop it and give back its host."""

    def generalize(self, vm: ResourceId) -> None:
        """Mark it generalized: it never starts again."""

    def delete(self, vm: ResourceId) -> None:
        """Remove it."""

    def boot_log(self, vm: ResourceId) -> str:
        """The text of its serial console."""


class Images(Protocol):
    """Managed images."""

    def find(self, image: ResourceId) -> Image | None:
        """The image, or None."""

    def find_settled(self, image: ResourceId) -> Image | None:
        """The image once nothing works on it, or None."""

    def list(self, resource_group: str | None = None) -> tuple[Image, ...]:
        """Those of a group, or of the subscription."""

    def create(self, image: ResourceId, body: Body) -> Image:
        """Make it, and wait until it is made."""

    def tag(self, image: ResourceId, tags: Tags) -> Image:
        """Replace its tags."""

    def delete(self, image: ResourceId) -> None:
        """Remove it."""


class Disks(Protocol):
    """Managed disks."""

    def find(self, disk: ResourceId) -> Disk | None:
        """The disk, or None."""

    def find_settled(self, disk: ResourceId) -> Disk | None:
        """The disk once nothing works on it, or None."""

    def get(self, disk: ResourceId) -> Disk:
        """The disk, which must exist."""

    def list(self, resource_group: str | None = None) -> tuple[Disk, ...]:
        """Those of a group, or of the subscription."""

    def create(self, disk: ResourceId, body: Body) -> Disk:
        """Make it, and wait until it is made."""

    def tag(self, disk: ResourceId, tags: Tags) -> Disk:
        """Replace its tags."""

    def delete(self, disk: ResourceId) -> None:
        """Remove it."""

    def revoke(self, disk: ResourceId) -> None:
        """End all access to its bytes."""

    def upload(self, disk: ResourceId, content: DiskContent, tags: Tags) -> None:
        """Send the content, add the tags to those that it has, then commit."""

    def discard(self, disk: ResourceId) -> None:
        """Remove it, though an upload into it was never finished."""


class Snapshots(Protocol):
    """Snapshots of managed disks."""

    def find(self, snapshot: ResourceId) -> Snapshot | None:
        """The snapshot, or None."""

    def list(self, resource_group: str | None = None) -> tuple[Snapshot, ...]:
        """Those of a group, or of the subscription."""

    def create(self, snapshot: ResourceId, body: Body) -> Snapshot:
        """Make it, and wait until it is made."""

    def tag(self, snapshot: ResourceId, tags: Tags) -> Snapshot:
        """Replace its tags."""

    def delete(self, snapshot: ResourceId) -> None:
        """Remove it."""


class Azure(Protocol):
    """One subscription, one identity, one deadline."""

    @property
    def machines(self) -> Machines:
        """Virtual machines."""

    @property
    def images(self) -> Images:
        """Managed images."""

    @property
    def disks(self) -> Disks:
        """Managed disks."""

    @property
    def snapshots(self) -> Snapshots:
        """Snapshots."""

    def locate(self, resource: ResourceId) -> ResourceId:
        """The id with this subscription where it names none."""
