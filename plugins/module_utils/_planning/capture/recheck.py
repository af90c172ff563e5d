# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM of a capture, read again right before each request that cannot be undone.

Minutes can pass between planning and such a request, and a schedule or an operator may start the VM meanwhile. Its power is read last,
because it is what changes most easily. A VM that has changed is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.guard import Guard
from ..._core.model.disk import Disk
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.image import Image
from ..._core.model.seal import Seal
from ..._core.model.vm import DEALLOCATED, Vm
from ..._core.ports import Azure
from ..gallery.numbers import Place
from ..gallery.replication import is_usable_in
from .evidence import kept_seal
from .verdicts import read_verdict


@dataclass(frozen=True)
class NotStarted:
    """Guards the deallocation, which would stop a running guest: the VM is still stopped since the seal that was read from its boot log.

    Without a ``seal``, which was assumed or is not needed any more, neither boot log nor OS disk is compared.
    """

    vm: Vm
    os_disk: Disk | None = None
    seal: Seal | None = None

    def require(self, azure: Azure) -> None:
        if self.seal:
            _require_log(azure, self.vm, self.seal)
        ownership = _ownership(azure, self.os_disk if self.seal else None)
        now = _require_same(azure, self.vm)
        if not now.has_stopped:
            raise _changed(self.vm, f"it is {now.power or 'not stopped'} now")
        if self.seal and self.os_disk and now.power != DEALLOCATED and ownership != self.os_disk.ownership_time:
            raise _changed(self.vm, "the ownership of its OS disk has changed, as it does when a VM starts")


@dataclass(frozen=True)
class NotUsed:
    """Guards the mark as generalized: the VM is still deallocated, and its OS disk was not used since its ``seal``, if it has one.

    The stamp shows that. Only a seal without one needs the boot log again, which may be empty by now: a start would have filled it.
    """

    vm: Vm
    os_disk: Disk | None = None
    seal: Seal | None = None

    def require(self, azure: Azure) -> None:
        if self.seal:
            self._require_unused(azure, self.seal)
        now = _require_same(azure, self.vm)
        if now.power != DEALLOCATED:
            raise _changed(self.vm, f"it is {now.power or 'not deallocated'} now")

    def _require_unused(self, azure: Azure, seal: Seal) -> None:
        ownership, now = _ownership(azure, self.os_disk), _require_same(azure, self.vm)
        kept = kept_seal(now) or seal
        if kept.ownership is None and not self.vm.is_windows:
            _require_log(azure, self.vm, seal, or_empty=True)
        elif kept.ownership != ownership:
            raise _changed(self.vm, f"the ownership of its OS disk has changed since the seal of {seal.time} was stamped")


@dataclass(frozen=True)
class SameVm:
    """Guards what is made from a VM, or its deletion: it was neither replaced by another one of its name nor started."""

    vm: Vm

    def require(self, azure: Azure) -> None:
        now = _require_same(azure, self.vm)
        if self.vm.has_stopped and not now.has_stopped:
            raise _changed(self.vm, f"it is {now.power or 'not stopped'} now")


@dataclass(frozen=True)
class Replaceable:
    """Guards the deletion of an image that is replaced: it is still the one that was planned with, and the VM of its successor is the same.

    Another run may have replaced it meanwhile. Azure has no unique id of images, so what they were made from is compared.
    """

    image: Image
    vm: Vm

    def require(self, azure: Azure) -> None:
        now = azure.images.find(self.image.id)
        if now is not None and _content(now) != _content(self.image):
            raise InvalidRequest(f"image {now.id.name} was replaced by another run meanwhile, and is left as it is: run again.")
        SameVm(self.vm).require(azure)


@dataclass(frozen=True)
class ReplaceableVersion:
    """Guards the deletion of a version that is replaced: it is the one that was planned with, and the VM of its successor is the same."""

    version: GalleryImageVersion
    vm: Vm

    def require(self, azure: Azure) -> None:
        now = azure.gallery_image_versions.find(self.version.id)
        if now is not None and _content_of(now) != _content_of(self.version):
            raise InvalidRequest(f"version {now.id.name} was replaced by another run meanwhile, and is left as it is: run again.")
        SameVm(self.vm).require(azure)


@dataclass(frozen=True)
class Usable:
    """Guards the deletion of a VM: others can be created from the version in its region, and ``then`` allows it too."""

    place: Place
    region: str
    then: Guard

    def require(self, azure: Azure) -> None:
        found = azure.gallery_image_versions.find_replicated(self.place.version)
        if not is_usable_in(found, self.region):
            raise InvalidRequest(
                f"version {self.place} cannot be used in {self.region} yet, so what it was made from is left as it is: run again later."
            )
        self.then.require(azure)


def _content_of(version: GalleryImageVersion) -> tuple[Any, ...]:
    return version.provisioning_state, version.tags.get(tag.VM_ID), version.tags.get(tag.SOURCE), version.tags.get(tag.RUN)


def _content(image: Image) -> tuple[Any, ...]:
    return image.provisioning_state, image.source, image.os_disk, image.data_disks, image.tags.get(tag.VM_ID)


def _require_log(azure: Azure, vm: Vm, seal: Seal, or_empty: bool = False) -> None:
    """Require that the boot log still yields the seal; ``or_empty`` accepts one that deallocating has emptied."""
    verdict = read_verdict(azure, vm)
    if verdict.seal != seal.stamped(None) and not (or_empty and verdict.is_empty):
        raise _changed(vm, verdict.reason or "its boot log holds another verdict now")


def _ownership(azure: Azure, os_disk: Disk | None) -> datetime | None:
    found = azure.disks.find(os_disk.id) if os_disk else None
    return found.ownership_time if found else None


def _require_same(azure: Azure, vm: Vm) -> Vm:
    """The VM as it is now, if it is the one that was planned with, and has the same disks."""
    now = azure.machines.find(vm.id)
    if now is None:
        raise _changed(vm, "it was deleted")
    if now.vm_id != vm.vm_id:
        raise _changed(vm, f"it was created again, and has the vmId {now.vm_id} now instead of {vm.vm_id}")
    if [each.disk for each in now.disks] != [each.disk for each in vm.disks]:
        raise _changed(vm, "it has other disks now")
    return now


def _changed(vm: Vm, what: str) -> InvalidRequest:
    return InvalidRequest(
        f"VM {vm.id.name} has changed while it was being captured: {what}. It is left as it is. If its guest was started, it must be"
        " generalized again; then run this task again."
    )
