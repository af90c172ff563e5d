# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image, the VM and the evidence in Azure, as far as planning needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias

from ..._core.ids import ResourceId, region
from ..._core.model.disk import Disk
from ..._core.model.image import Image
from ..._core.model.lock import Lock
from ..._core.model.marketplace import PurchasePlan
from ..._core.model.provisioning import DELETING
from ..._core.model.rights import Rights
from ..._core.model.vm import DEALLOCATED, AttachedDisk, Vm
from ..._core.ports import Azure
from ..backup.backups import Backup
from ..evidence.copies import flaw_of_copy, is_copy
from ..marketplace.deprecation import state_of
from ..missing_groups import without_group
from ..settling import look_up
from .evidence import NOT_NEEDED, UNREAD, Verdict, find_seal, is_part_of, kept_seal, lacking_backup, trusted_seal
from .evidence_of.windows import BackupReading, DiskReader, read_backup, read_os_disk
from .in_gallery import InGallery, look_up_in_gallery
from .permissions import Place, actions_of, image_group
from .request import CaptureRequest
from .saved import Saved, find_backups
from .target import Target
from .targets.gallery_version import GalleryVersion
from .targets.managed_image import ManagedImage
from .verdicts import Watch, await_verdict, overhear, read_verdict

Existing: TypeAlias = "Image | InGallery | None"
"""The target of a capture as it exists: a managed image, or what is in the gallery."""


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``disks`` are those that ``needs`` names, the OS disk first. ``unread`` tells why there may be more backups.

    ``without_group`` holds resources that were not found and whose resource group does not exist either. In ``check_mode``, a VM that still
    runs counts as backed up, sealed and stopped. ``rights`` are those at the places where a capture needs any, ``locks`` those that may
    hold for the VM or the image; ``clock_offset`` is how many seconds Azure's clock is ahead, if that is known. ``flaw_of_copy`` says why
    a VM that is tagged as a throw-away copy is not proven to be one. ``plan_state`` says whether the Marketplace plan of the VM is
    deprecated; None if it has no plan, or if that could not be read. Of a Windows VM, ``reader_flaw`` says why this machine cannot read its
    disk, and ``backup_reading`` is its newest backup, if it was read.
    """

    vm: Vm | None = None
    image: Image | None = None
    in_gallery: InGallery | None = None
    disks: tuple[Disk, ...] = ()
    verdict: Verdict = UNREAD
    backups: tuple[Backup, ...] = ()
    unread: tuple[str, ...] = ()
    without_group: frozenset[ResourceId] = frozenset()
    check_mode: bool = False
    rights: Mapping[Place, Rights] = field(default_factory=dict)
    locks: frozenset[Lock] = frozenset()
    clock_offset: int | None = None
    flaw_of_copy: str | None = None
    plan_state: Mapping[str, Any] | None = None
    reader_flaw: str | None = None
    backup_reading: BackupReading | None = None

    @property
    def existing(self) -> Existing:
        """The target as it exists: a managed image, or a version in a gallery."""
        return self.in_gallery or self.image

    @property
    def os_disk(self) -> Disk | None:
        """The OS disk of the VM, if it was read."""
        return self.disks[0] if self.disks else None

    @property
    def is_proven_later(self) -> bool:
        """Whether the guest can be proven to be generalized only after the VM was deallocated: then its OS disk is read."""
        vm = self.vm
        return vm is not None and vm.is_windows and vm.has_stopped and vm.power != DEALLOCATED


class Needs(NamedTuple):
    """The decisions that follow from the target and the VM alone: whether to capture, and which evidence that takes."""

    capture: bool
    disks: tuple[ResourceId, ...] = ()
    seal: bool = False
    backups: bool = False


def needs(request: CaptureRequest, existing: Existing, vm: Vm | None) -> Needs:
    """The decisions for an image and a VM, each of which may not exist. An image as requested needs no VM and no evidence.

    A specialized version needs no evidence either: the VM stays as it is.
    """
    target = target_of(request, existing)
    capture = not target.exists or target.flaw(vm) is not None
    if vm is None:
        return Needs(capture)
    disks = tuple(each.disk for each in disks_to_read(request, vm) if each.disk)
    if capture and not request.specialized:
        return Needs(capture, disks, seal=not request.assume_sealed, backups=request.backup_required)
    if request.backup_required and deletes_uncaptured_disks(request, vm):
        return Needs(capture, disks, backups=True)
    return Needs(capture, disks if capture else ())


def disks_to_read(request: CaptureRequest, vm: Vm) -> tuple[AttachedDisk, ...]:
    """The disks of a VM that the image holds, and those that deleting the VM may delete."""
    return vm.disks[:1] if request.os_only and not request.delete_source else vm.disks


def deletes_uncaptured_disks(request: CaptureRequest, vm: Vm) -> bool:
    """Whether deleting the VM may delete disks that the image does not hold, so that only their backup is left."""
    return request.os_only and request.delete_source and bool(vm.data_disks)


def target_of(request: CaptureRequest, existing: Existing) -> Target:
    """The target of a request, with what exists under its id."""
    if request.gallery and isinstance(existing, InGallery):
        return GalleryVersion(request, request.gallery, existing)
    return ManagedImage(request, existing if isinstance(existing, Image) else None)


def observe(
    azure: Azure,
    request: CaptureRequest,
    check_mode: bool,
    reader: DiskReader,
    refuse: Callable[[Observed], None] = lambda seen: None,
) -> Observed:
    """Read what planning needs. Outside of check mode, wait for a running VM to stop, unless ``refuse`` raises an error before.

    ``refuse`` gets all that can be known of a VM that still runs: what forbids its capture then is not found after an hour of waiting.
    """
    seen = _look_up(azure, request, check_mode)
    need = needs(request, seen.existing, seen.vm)
    if seen.vm is None:
        return replace(seen, without_group=without_group(azure, not need.capture, request.vm))
    if not need.capture and not need.backups:
        return seen
    first = _observe_source(azure, request, seen, need, reader)
    refuse(first)
    return first if request.specialized else _observe_stopped(azure, request, first, reader)


def _look_up(azure: Azure, request: CaptureRequest, check_mode: bool) -> Observed:
    """The VM, and the managed image or what is in the gallery."""
    if request.gallery is None:
        image = _look_up_image(azure, request, check_mode)
        return Observed(azure.machines.find(request.vm), image, check_mode=check_mode)
    vm = azure.machines.find(request.vm)
    found = look_up_in_gallery(azure, request, request.gallery, vm, check_mode)
    return Observed(vm, in_gallery=found, check_mode=check_mode)


def _look_up_image(azure: Azure, request: CaptureRequest, check_mode: bool) -> Image | None:
    """The image. Check mode takes one that is being deleted for gone: the real run would wait until it is."""
    image = look_up(azure.images, request.target, check_mode)
    return None if image and check_mode and image.provisioning_state == DELETING else image


def _observe_source(azure: Azure, request: CaptureRequest, seen: Observed, need: Needs, reader: DiskReader) -> Observed:
    """Read the disks of the VM and, for a capture, the conditions that do not depend on whether its guest has stopped.

    The resource group of the image is looked up too: Azure would refuse the image only after the VM was marked as generalized.
    """
    seen = replace(seen, disks=_read_disks(azure, seen.vm, need))
    if not need.capture or seen.vm is None:
        return seen
    found = seen.in_gallery.gallery if seen.in_gallery else seen.image
    missing = without_group(azure, found is not None, request.target)
    places = dict.fromkeys(each.place for each in actions_of(request, seen.existing, seen.vm))
    if missing:
        places.pop(image_group(request.target), None)
    return replace(
        seen,
        without_group=missing,
        rights={place: azure.permissions.at(place.path, place.title) for place in places},
        locks=frozenset(azure.locks.around(seen.vm.id, request.target)),
        clock_offset=azure.clock_offset,
        plan_state=_read_plan_state(azure, seen.vm),
        reader_flaw=reader.flaw if seen.vm.is_windows and need.seal and not trusted_seal(seen.vm, seen.os_disk) else None,
    )


def _read_plan_state(azure: Azure, vm: Vm) -> Mapping[str, Any] | None:
    """Whether the plan of a VM is deprecated; None if it has no plan, or if that cannot be read."""
    plan = PurchasePlan.of(vm.plan or {})
    return state_of(azure, plan, region(vm.location)) if plan else None


def _observe_stopped(azure: Azure, request: CaptureRequest, seen: Observed, reader: DiskReader) -> Observed:
    """Read the VM and its disks again once it has stopped, then the evidence. Not for an unmanaged OS disk: planning refuses it."""
    vm, disks, watch = seen.vm, seen.disks, Watch(azure)
    if vm and not vm.has_stopped and not seen.check_mode:
        vm = _find_stopped(azure, request, watch)
        disks = _read_disks(azure, vm, needs(request, seen.existing, vm))
    if vm is None or vm.os_disk.disk is None:
        return replace(seen, vm=vm, disks=disks)
    need = needs(request, seen.existing, vm)
    verdict = _find_verdict(azure, vm, disks[0], watch, seen.check_mode, reader) if need.seal else UNREAD
    if need.backups and is_copy(vm):
        return replace(seen, vm=vm, disks=disks, verdict=verdict, flaw_of_copy=flaw_of_copy(azure, vm, disks))
    saved = _find_backups(azure, request, need, vm, disks, verdict) if need.backups else Saved()
    return replace(
        seen,
        vm=vm,
        disks=disks,
        verdict=verdict,
        backups=saved.backups,
        unread=saved.unread,
        backup_reading=_read_backup(azure, vm, disks[0], saved, reader) if _is_backup_read(seen, vm, need) else None,
    )


def _is_backup_read(seen: Observed, vm: Vm, need: Needs) -> bool:
    """Whether the backup of a VM is read: while its Windows runs, there is a way back, and check mode tells what the real run will need."""
    return seen.check_mode and vm.is_windows and not vm.has_stopped and need.seal and need.backups and seen.reader_flaw is None


def _read_backup(azure: Azure, vm: Vm, os_disk: Disk, saved: Saved, reader: DiskReader) -> BackupReading | None:
    return read_backup(azure, [each for backup in saved.backups for each in backup.snapshots if is_part_of(each, vm, os_disk)], reader)


def _find_stopped(azure: Azure, request: CaptureRequest, watch: Watch) -> Vm | None:
    """The VM once it has stopped, or its guest has refused to be sealed, or the deadline is near. Windows says nothing on its console."""
    return azure.machines.find_stopped(request.vm, lambda vm: not (request.assume_sealed or vm.is_windows) and watch.is_lost(vm))


def _find_verdict(azure: Azure, vm: Vm, os_disk: Disk, watch: Watch, check_mode: bool, reader: DiskReader) -> Verdict:
    """The verdict on a VM, unless a kept seal makes it superfluous. Check mode reads it once."""
    if trusted_seal(vm, os_disk):
        return NOT_NEEDED
    if vm.is_windows:
        return read_os_disk(azure, vm, os_disk, reader)
    if vm.has_stopped:
        return read_verdict(azure, vm) if check_mode else await_verdict(azure, vm)
    return overhear(azure, vm) if check_mode else watch.verdict


def _find_backups(azure: Azure, request: CaptureRequest, need: Needs, vm: Vm, disks: tuple[Disk, ...], verdict: Verdict) -> Saved:
    """The backups of a VM, which are looked for until one is found that the capture accepts. Without a seal, it is refused anyway."""
    seal = find_seal(vm, disks[0], verdict) if need.seal else None if need.capture else kept_seal(vm)
    is_open = vm.is_windows and vm.power != DEALLOCATED

    def suffices(backups: tuple[Backup, ...]) -> bool:
        hopeless = not is_open and (not vm.has_stopped or (need.seal and seal is None))
        return hopeless or lacking_backup(vm, disks, backups, seal, request.backup_max_age) is None

    return find_backups(azure, vm, tuple(dict.fromkeys((vm.id.resource_group, request.target.resource_group))), suffices)


def _read_disks(azure: Azure, vm: Vm | None, need: Needs) -> tuple[Disk, ...]:
    """The disks that are needed. None of a VM whose OS disk is not a managed disk, because the first one must be the OS disk."""
    return tuple(azure.disks.get(disk) for disk in need.disks) if vm and vm.os_disk.disk else ()
