# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions in Azure that a capture consists of, with the place where each must be allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..._core.ids import ResourceId
from ..._core.model.image import Image
from ..._core.model.vm import DEALLOCATED, Vm
from ..gallery.source_rules import SUPPORTED
from .in_gallery import InGallery
from .request import CaptureRequest


class Place(NamedTuple):
    """A resource or a resource group: its path in Azure, and its name in sentences."""

    path: str
    title: str


class Action(NamedTuple):
    """An action of Azure, the place where it must be allowed, and the step that needs it, as an infinitive without 'to'.

    ``elsewhere`` says that the step also succeeds with the right at another place, which is not known here.
    """

    action: str
    place: Place
    step: str
    elsewhere: bool = False


class _State(NamedTuple):
    request: CaptureRequest
    existing: Image | InGallery | None
    vm: Vm

    @property
    def gallery(self) -> InGallery | None:
        """The gallery in which the VM is to become a version."""
        return self.existing if isinstance(self.existing, InGallery) else None

    @property
    def is_sealed_here(self) -> bool:
        """Whether the capture reads the verdict of the guest, and keeps it."""
        return not (self.request.assume_sealed or self.request.specialized or self.vm.generalized)

    @property
    def reads_disk(self) -> bool:
        """Whether the verdict comes from the OS disk."""
        return self.is_sealed_here and self.vm.is_windows and self.vm.os_disk.disk is not None

    @property
    def reads_backup(self) -> bool:
        """Whether the backup of the OS disk is read, while the guest has not been generalized."""
        return self.reads_disk and self.request.backup_required and not self.vm.has_stopped


class _Row(NamedTuple):
    action: str
    place: Callable[[_State], Place]
    step: str
    needed: Callable[[_State], bool]
    elsewhere: bool = False


def _vm(state: _State) -> Place:
    return Place(str(state.vm.id), f"VM {state.vm.id.name}")


def _image(state: _State) -> Place:
    return Place(str(state.request.target), f"image {state.request.target.name}")


def _os_disk(state: _State) -> Place:
    disk = state.vm.os_disk.disk
    return Place(str(disk), f"disk {disk.name if disk else state.vm.os_disk.name}")


def image_group(target: ResourceId) -> Place:
    """The resource group of an image: what does not exist yet has rights only through its group."""
    return Place(f"/subscriptions/{target.subscription}/resourceGroups/{target.resource_group}", f"resource group {target.resource_group}")


def _of_gallery(state: _State) -> Place:
    """The image definition, or the nearest existing resource around it, whose rights it will have."""
    found, definition = state.gallery, state.request.target
    if found is None or found.gallery is None:
        return image_group(definition)
    if found.image is None:
        return Place(str(definition.parent), f"gallery {definition.parent.name}")
    return Place(str(definition), f"image definition {definition.name}")


def _backup_group(state: _State) -> Place:
    """The resource group of a VM, where its backups are if they are in no other."""
    return image_group(state.vm.id)


def _makes_interim(state: _State) -> bool:
    """Whether the version is made from a managed image that is made from the VM, because the definition takes nothing else."""
    target, found = state.request.gallery, state.gallery
    if target is None or found is None:
        return False
    return (found.image.security_type if found.image else target.security_type) in SUPPORTED


_COMPUTE = "Microsoft.Compute"
_VERSIONS = f"{_COMPUTE}/galleries/images/versions"
_TABLE = (
    _Row(
        f"{_COMPUTE}/snapshots/read",
        _backup_group,
        "find a backup there",
        lambda it: it.request.backup_required and not it.request.specialized,
        elsewhere=True,
    ),
    _Row(
        f"{_COMPUTE}/virtualMachines/retrieveBootDiagnosticsData/action",
        _vm,
        "read the verdict of the seal in the boot log",
        lambda it: it.is_sealed_here and not it.vm.is_windows,
    ),
    *(
        _Row(f"{_COMPUTE}/snapshots/{verb}GetAccess/action", _backup_group, step, lambda it: it.reads_backup, elsewhere=True)
        for verb, step in (("begin", "read the backup"), ("end", "end the access to the backup"))
    ),
    *(
        _Row(f"{_COMPUTE}/disks/{verb}GetAccess/action", _os_disk, step, lambda it: it.reads_disk)
        for verb, step in (("begin", "read the OS disk"), ("end", "end the access to the OS disk"))
    ),
    _Row(f"{_COMPUTE}/virtualMachines/write", _vm, "keep the seal as a tag", lambda it: it.is_sealed_here),
    _Row(f"{_COMPUTE}/galleries/write", _of_gallery, "create the gallery", lambda it: bool(it.gallery and it.gallery.gallery is None)),
    _Row(
        f"{_COMPUTE}/galleries/images/write",
        _of_gallery,
        "create the image definition",
        lambda it: bool(it.gallery and it.gallery.image is None),
    ),
    _Row(
        f"{_COMPUTE}/virtualMachines/deallocate/action",
        _vm,
        "deallocate the VM",
        lambda it: it.vm.power != DEALLOCATED and not it.request.specialized,
    ),
    _Row(
        f"{_COMPUTE}/virtualMachines/generalize/action",
        _vm,
        "mark the VM as generalized",
        lambda it: not (it.vm.generalized or it.request.specialized),
    ),
    _Row(f"{_COMPUTE}/images/delete", _image, "replace the image that exists", lambda it: isinstance(it.existing, Image)),
    _Row(
        f"{_COMPUTE}/images/write",
        lambda it: image_group(it.request.target),
        "create the image",
        lambda it: it.request.gallery is None,
    ),
    _Row(f"{_COMPUTE}/images/write", _backup_group, "make the version through a managed image", _makes_interim),
    _Row(f"{_COMPUTE}/images/delete", _backup_group, "remove the managed image that the version was made through", _makes_interim),
    _Row(
        f"{_VERSIONS}/delete",
        _of_gallery,
        "replace the version that exists",
        lambda it: bool(it.gallery and it.gallery.choice.existing),
    ),
    _Row(f"{_VERSIONS}/write", _of_gallery, "create the version", lambda it: it.gallery is not None),
    _Row(f"{_COMPUTE}/virtualMachines/delete", _vm, "delete the VM", lambda it: it.request.delete_source),
)
"""In the order of the steps. What observing has already read, such as the VM itself, is allowed."""


def actions_of(request: CaptureRequest, existing: Image | InGallery | None, vm: Vm) -> tuple[Action, ...]:
    """The actions that capturing a VM takes, given what exists under the name of the new image, or in the gallery."""
    state = _State(request, existing, vm)
    return tuple(Action(row.action, row.place(state), row.step, row.elsewhere) for row in _TABLE if row.needed(state))
